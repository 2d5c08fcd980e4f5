"""The queue of scripted answers."""

from typing import Any

import pytest

from vllm_client.testing import CloseAfter, Embeddings, ErrorReply, Labels, RawReply, Reply, Scores
from vllm_client.testing.script import Script, Scripted, scripted


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("Hi", Scripted((Reply("Hi"),))),
        (Reply("Hi"), Scripted((Reply("Hi"),))),
        (["one", Reply("two")], Scripted((Reply("one"), Reply("two")))),
        (ErrorReply(503), Scripted(fixed=ErrorReply(503))),
        (RawReply(204), Scripted(fixed=RawReply(204))),
    ],
)
def test_each_form_of_a_reply_becomes_one_answer(reply: Any, expected: Scripted) -> None:
    assert scripted(reply, ()) == expected


def test_faults_belong_to_the_answer() -> None:
    assert scripted("Hi", [CloseAfter()]).faults == (CloseAfter(),)
    assert scripted(RawReply(), [CloseAfter()]).faults == (CloseAfter(),)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (7, "expected a Reply, .*, got 7"),
        ([], "got \\[\\]"),
        (["a", 7], "a choice: expected .*, got 7"),
    ],
)
def test_other_values_are_a_type_error(wrong: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        scripted(wrong, ())


def test_answers_are_used_in_order_and_once() -> None:
    script = Script()
    first, second = scripted("first", ()), scripted("second", ())
    script.add(None, [first, second])

    assert script.left == 2
    assert [script.take("/v1/completions", (Reply,)) for _ in range(3)] == [
        first,
        second,
        None,
    ]
    assert script.left == 0


def test_answer_for_a_path_takes_precedence() -> None:
    script = Script()
    anywhere, here = scripted("anywhere", ()), scripted("here", ())
    script.add(None, [anywhere])
    script.add("/v1/completions", [here])

    assert script.take("/v1/completions", (Reply,)) == here
    assert script.take("/v1/completions", (Reply,)) == anywhere


def test_request_without_the_model_uses_up_no_generation() -> None:
    script = Script()
    script.add(None, [scripted("for a generation", ())])

    assert script.take("/health") is None
    assert script.left == 1


def test_an_answer_goes_to_the_first_request_that_it_fits() -> None:
    script = Script()
    text, vectors, error = (
        scripted(reply, ()) for reply in ("Hi", Embeddings([[1.0]]), ErrorReply(503))
    )
    script.add(None, [text, vectors, error])

    assert script.take("/v1/embeddings", (Embeddings,)) == vectors
    assert script.take("/v1/embeddings", (Embeddings,)) == error
    assert script.take("/v1/embeddings", (Embeddings,)) is None
    assert script.take("/v1/completions", (Reply,)) == text


@pytest.mark.parametrize("reply", [Embeddings([[1.0]]), Scores([0.5]), Labels([{"a": 1.0}])])
def test_numeric_reply_is_one_answer(reply: Any) -> None:
    assert scripted(reply, ()).choices == (reply,)


@pytest.mark.parametrize("kind", [Embeddings, Scores, Labels])
def test_numeric_replies_must_not_be_empty(kind: Any) -> None:
    with pytest.raises(ValueError, match="Length of"):
        kind([])
