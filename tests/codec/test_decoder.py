"""Converting JSON to answer classes: types, unknown keys, and the paths of errors."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import recorded, unhurried
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, all_recordings
from vllm_client.api.chat.answers import (
    ChatCompletionChunk,
    ChatCompletionResponse,
    ChoiceLogprobs,
)
from vllm_client.api.completions.answers import CompletionChunk, CompletionResponse
from vllm_client.api.server.models import ModelList
from vllm_client.codec.answer import Answer, Kinds, by_type
from vllm_client.codec.answer_fields import CONTENT, EARLIER_NAME, EMPTY_IS_NULL
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError


@attrs.frozen(repr=False)
class Leaf(Answer):
    text: str
    number: int = attrs.field(default=0, metadata=CONTENT)
    renamed: str | None = attrs.field(default=None, metadata={EARLIER_NAME: "old"})


@attrs.frozen(repr=False)
class Tree(Answer):
    leaf: Leaf
    leaves: list[Leaf] = attrs.field(factory=list, metadata=CONTENT)
    named: dict[str, Leaf] | None = attrs.field(default=None, metadata=CONTENT)
    amount: float = attrs.field(default=0.0, metadata=CONTENT)
    yes: bool = attrs.field(default=False, metadata=CONTENT)
    either: int | str = attrs.field(default=0, metadata=CONTENT)
    perhaps: int | str | None = attrs.field(default=None, metadata=CONTENT)
    holes: list[float | None] | None = attrs.field(default=None, metadata=CONTENT)
    counts: dict[str, int] | None = attrs.field(default=None, metadata=CONTENT)
    anything: Any = None
    label: Label | None = None
    lines: list[str] = attrs.field(factory=list, metadata=CONTENT)


@attrs.frozen(repr=False)
class Label(Answer):
    """Metadata: only the field without a default can make an answer fail."""

    needed: int
    text: str = "none"
    reason: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    count: int = 0
    seconds: float | None = None
    leaf: Leaf | None = None
    sizes: list[int] | None = None


@attrs.frozen(repr=False)
class Animal(Answer):
    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(kw_only=True)


@attrs.frozen(repr=False)
class Cat(Animal):
    lives: int
    type: str = attrs.field(default="cat", kw_only=True)


Animal.KINDS.update(by_type(Cat))


LEAF = {"text": "a"}


def test_answer_is_read_as_the_class_of_its_type() -> None:
    assert structure({"type": "cat", "lives": 9}, Animal) == Cat(9)
    assert structure({"lives": 9}, Cat) == Cat(9)
    assert structure([{"type": "cat", "lives": 9}], list[Animal]) == [Cat(9)]


@pytest.mark.parametrize("name", ["dog", "", "Cat"])
def test_an_answer_of_an_unknown_type_is_read_as_the_class_itself(name: str) -> None:
    dog = Animal(type=name, unknown_fields={"lives": "one"})

    assert structure({"type": name, "lives": "one"}, Animal) == dog


@attrs.frozen(repr=False)
class Plant(Answer):
    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


@attrs.frozen(repr=False)
class Bush(Plant):
    leaves: int = attrs.field(metadata=CONTENT)
    height: int | None = None
    type: str = attrs.field(default="bush", kw_only=True)


@attrs.frozen(repr=False)
class Herb(Plant):
    leaves: int = attrs.field(default=0, metadata=CONTENT)
    taste: str | None = attrs.field(default=None, metadata=CONTENT)
    type: str = attrs.field(default="herb", kw_only=True)


Plant.KINDS.update(by_type(Bush, Herb))


@pytest.mark.parametrize("kind", [{}, {"type": None}, {"type": ""}, {"type": 7}])
def test_answer_without_type_is_read_as_the_class_that_has_its_content(kind: Any) -> None:
    assert structure({**kind, "leaves": 3, "height": 2}, Plant) == Bush(3, 2)
    assert structure({**kind, "leaves": 3, "taste": "sour"}, Plant) == Herb(3, "sour")
    assert structure({**kind, "taste": "sour", "height": 2}, Plant).to_dict()["type"] == "herb"


@pytest.mark.parametrize(
    "value",
    [
        {"leaves": 3},
        {"height": 2},
        {"taste": None},
        {"type": "moss", "leaves": 3, "height": 2},
        {},
    ],
    ids=["two kinds", "no content", "null content", "another type", "empty"],
)
def test_class_is_not_guessed_if_none_or_several_fit(value: Any) -> None:
    assert type(structure(value, Plant)) is Plant


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"type": "cat"}, "$[0].lives"),
        ({"type": "cat", "lives": "nine"}, "$[0].lives"),
        ({"type": ["cat"]}, "$[0].type"),
        ({"lives": 9}, "$[0].type"),
        (7, "$[0]"),
    ],
)
def test_misfit_in_a_class_with_kinds_has_its_path(value: Any, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        structure([value], list[Animal])

    assert caught.value.where == where


def test_nested_value_becomes_the_answer() -> None:
    value = {
        "leaf": {"text": "a", "number": 1},
        "leaves": [LEAF],
        "named": {"x": LEAF},
        "amount": 1,
        "yes": True,
        "either": "e",
        "perhaps": 3,
        "holes": [1.5, None, 2],
        "counts": {"a": 1},
        "anything": {"a": [None]},
    }

    assert structure(value, Tree) == Tree(
        Leaf("a", 1),
        [Leaf("a")],
        {"x": Leaf("a")},
        1,
        True,
        "e",
        3,
        [1.5, None, 2],
        {"a": 1},
        {"a": [None]},
    )


@pytest.mark.parametrize(
    ("change", "where", "reason"),
    [
        ({"leaf": "x"}, "$.leaf", "expected an object, got 'x'"),
        ({"leaf": None}, "$.leaf", "missing"),
        ({"leaf": {}}, "$.leaf.text", "missing"),
        ({"leaf": {"text": 1}}, "$.leaf.text", "expected str, got 1"),
        ({"leaf": {"text": "a", "number": "1"}}, "$.leaf.number", "expected int, got '1'"),
        ({"leaf": {"text": "a", "number": True}}, "$.leaf.number", "expected int, got True"),
        ({"leaf": {"text": "a", "number": 1.0}}, "$.leaf.number", "expected int, got 1.0"),
        ({"leaves": [LEAF, {}]}, "$.leaves[1].text", "missing"),
        ({"leaves": LEAF}, "$.leaves", "expected an array, got {'text': 'a'}"),
        ({"leaves": "abc"}, "$.leaves", "expected an array, got 'abc'"),
        ({"leaves": [[LEAF]]}, "$.leaves[0]", "expected an object"),
        ({"named": {"x": {"text": []}}}, "$.named['x'].text", "expected str, got []"),
        ({"named": [LEAF]}, "$.named", "expected an object"),
        ({"amount": "1.5"}, "$.amount", "expected float or int, got '1.5'"),
        ({"amount": False}, "$.amount", "expected float or int, got False"),
        ({"yes": 1}, "$.yes", "expected bool, got 1"),
        ({"either": 1.5}, "$.either", "expected int or str, got 1.5"),
        ({"perhaps": [1]}, "$.perhaps", "expected int or str, got [1]"),
        ({"holes": [None, "x"]}, "$.holes[1]", "expected float or int, got 'x'"),
        ({"counts": {"a": None}}, "$.counts['a']", "expected int, got None"),
    ],
)
def test_misfit_is_a_parse_error_with_its_path(
    change: dict[str, Any], where: str, reason: str
) -> None:
    with pytest.raises(ParseError) as caught:
        structure({"leaf": LEAF, **change}, Tree)

    assert caught.value.where == where
    assert str(caught.value).startswith(f"{where}: {reason}")


@pytest.mark.parametrize("value", [None, 1, "x", [], [LEAF], True])
def test_value_that_is_not_an_object_fails_at_the_root(value: Any) -> None:
    with pytest.raises(ParseError) as caught:
        structure(value, Tree)

    assert caught.value.where == "$"


def test_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(ParseError) as caught:
        structure({"leaf": {"text": ["x" * 10_000]}}, Tree)

    assert len(str(caught.value)) < 200


def test_paths_of_errors_use_json_names() -> None:
    with pytest.raises(ParseError) as caught:
        structure({"choices": [{"message": {"content": 1}}]}, ChatCompletionResponse)

    assert caught.value.where == "$.choices[0].message.content"


def test_unknown_keys_are_kept_at_every_level_without_the_nulls() -> None:
    more = {"more": {"a": [None]}, "unknown_fields": 1}
    value = {"leaf": {**LEAF, **more, "null": None}, "leaves": [{**LEAF, "x": 2}], **more}

    tree = structure(value, Tree)

    assert tree.unknown_fields == more
    assert tree.leaf.unknown_fields == more
    assert tree.leaves[0].unknown_fields == {"x": 2}


def test_null_is_treated_as_missing() -> None:
    nulls = dict.fromkeys(["leaves", "named", "amount", "yes", "either", "perhaps", "holes"])

    assert structure({"leaf": {**LEAF, "number": None}, **nulls}, Tree) == Tree(Leaf("a"))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"old": "o"}, "o"),
        ({"old": "o", "renamed": "n"}, "n"),
        ({"old": "o", "renamed": None}, "o"),
        ({"old": "o", "renamed": ""}, "o"),
        ({"old": None, "renamed": "n"}, "n"),
        ({"old": None}, None),
    ],
)
def test_a_field_is_read_under_its_earlier_name_unless_it_has_the_new_one(
    fields: dict[str, Any], expected: str | None
) -> None:
    assert structure({**LEAF, **fields}, Leaf) == Leaf("a", renamed=expected)


def test_input_is_not_modified() -> None:
    value = {"leaf": {**LEAF, "old": "o", "null": None, "more": 1}}
    before = {"leaf": dict(value["leaf"])}

    structure(value, Tree)

    assert value == before


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"text": None, "count": None}, {}),
        ({"text": "", "reason": ""}, {"text": ""}),
        ({"count": 2.0, "seconds": "11.0"}, {"count": 2, "seconds": 11.0}),
        ({"needed": "1"}, {}),
        ({"text": 5, "count": "many"}, {"unknown_fields": {"text": 5, "count": "many"}}),
        ({"count": True, "seconds": ""}, {"unknown_fields": {"count": True, "seconds": ""}}),
        ({"leaf": {"text": 5}}, {"unknown_fields": {"leaf": {"text": 5}}}),
        ({"leaf": {"text": "a"}}, {"leaf": Leaf("a")}),
        ({"sizes": [1, "x"]}, {"unknown_fields": {"sizes": [1, "x"]}}),
    ],
)
def test_metadata_of_a_wrong_type_goes_to_unknown_fields(
    change: dict[str, Any], fields: dict[str, Any]
) -> None:
    value = {"leaf": LEAF, "label": {"needed": 1, **change}}

    assert structure(value, Tree).label == Label(1, **fields)
    assert (
        without_nulls(structure(value, Tree).to_dict()["label"]).items()
        >= {**fields.get("unknown_fields", {})}.items()
    )


def test_metadata_without_a_default_makes_its_part_fail() -> None:
    with pytest.raises(ParseError, match=r"^\$\.needed: expected int, got 'x'$"):
        structure({"needed": "x"}, Label)
    assert structure({"leaf": LEAF, "label": {}}, Tree).unknown_fields == {"label": {}}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(
        ["leaf", "leaves", "named", "amount", "text", "number", "old", "renamed", "x"]), inner),
)  # fmt: skip


@given(VALUES)
@unhurried
def test_any_value_becomes_an_answer_or_a_parse_error(value: Any) -> None:
    try:
        outcome: Any = structure(value, Tree)
    except ParseError as error:
        outcome = error

    assert isinstance(outcome, Tree) or outcome.where.startswith("$")


# --- the recordings

PLAIN = recorded("/chat/completions", streamed=False) + recorded("/v1/completions", streamed=False)
MODELS = [one for one in all_recordings() if one.path == "/v1/models" and one.status == 200]


def class_of(recording: Recording) -> type[Answer]:
    if recording in MODELS:
        return ModelList
    return ChatCompletionResponse if "chat" in recording.path else CompletionResponse


def unknown_in(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [found for item in value for found in unknown_in(item)]
    if not isinstance(value, Answer):
        return []
    inner = [getattr(value, field.name) for field in attrs.fields(type(value))]
    return [*value.unknown_fields, *unknown_in(inner)]


@pytest.mark.parametrize("recording", PLAIN + MODELS, ids=str)
def test_recorded_answer_is_converted_back_to_equal_json(recording: Recording) -> None:
    answer = structure(recording.json, class_of(recording))

    assert without_nulls(answer.to_dict()) == without_nulls(recording.json)


@pytest.mark.parametrize("recording", PLAIN, ids=str)
def test_every_key_of_a_recorded_answer_has_a_field(recording: Recording) -> None:
    assert unknown_in(structure(recording.json, class_of(recording))) == []


@pytest.mark.parametrize("cls", [ChatCompletionChunk, CompletionChunk])
def test_chunk_with_only_usage_has_no_choices(cls: type[Any]) -> None:
    chunk = structure({"choices": [], "usage": {"prompt_tokens": 1}}, cls)

    assert chunk.choices == []
    assert chunk.usage.prompt_tokens == 1


def test_missing_counts_of_usage_are_zero_and_equal_numbers_are_converted() -> None:
    chunk = structure({"usage": {"prompt_tokens": "11.0", "total_tokens": None}}, CompletionChunk)

    assert chunk.usage is not None
    assert chunk.usage.prompt_tokens == 11
    assert (chunk.usage.completion_tokens, chunk.usage.total_tokens) == (0, 0)


def test_usage_with_a_count_that_is_not_a_number_is_kept_as_the_server_sent_it() -> None:
    sent = {"prompt_tokens": 5, "total_tokens": "many"}
    chunk = structure({"usage": sent}, CompletionChunk)

    assert chunk.usage is None
    assert chunk.unknown_fields == {"usage": sent}


@attrs.frozen(repr=False)
class Nested(Answer):
    name: str
    inner: list[Nested] | None = attrs.field(default=None, metadata=CONTENT)


def test_class_may_contain_itself() -> None:
    value = {"name": "a", "inner": [{"name": "b", "more": 1}]}

    answer = structure(value, Nested)

    assert answer == Nested("a", [Nested("b", unknown_fields={"more": 1})])
    with pytest.raises(ParseError, match=r"^\$\.inner\[0\]\.name: missing$"):
        structure({"name": "a", "inner": [{}]}, Nested)


@pytest.mark.parametrize(
    ("change", "leaves"),
    [
        ({"leaves": [None]}, []),
        ({"leaves": [None, LEAF, None]}, [Leaf("a")]),
        ({"leaves": None}, []),
    ],
)
def test_null_in_a_list_of_parts_is_dropped(change: Any, leaves: list[Leaf]) -> None:
    assert structure({"leaf": LEAF, **change}, Tree).leaves == leaves


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"leaves": [None, {}]}, "$.leaves"),
        ({"leaves": [None, 1]}, "$.leaves"),
        ({"counts": {"a": None}}, "$.counts"),
        ({"lines": [None]}, "$.lines"),
    ],
)
def test_null_hides_no_misfit_and_is_an_error_in_a_list_of_values(
    change: dict[str, Any], where: str
) -> None:
    with pytest.raises(ParseError) as caught:
        structure({"leaf": LEAF, **change}, Tree)

    assert caught.value.where.startswith(where)


def test_metadata_list_with_a_null_goes_to_unknown_fields() -> None:
    row = {"content": [{"token": "a", "logprob": -1.0}, None]}

    logprobs = structure(row, ChoiceLogprobs)

    assert logprobs.content is None
    assert logprobs.unknown_fields == row
