"""Embeddings, compared with a real server, and read by both clients."""

import math
from typing import Any

import pytest

from tests.recordings import Recording, all_recordings
from tests.testing.recorded import further, header_names, headers_of, repeat, server_like, shape
from tests.testing.wire import ask
from vllm_client import SyncVllmClient
from vllm_client.testing import Embeddings, ErrorReply, SimulatedVllm

PATHS = ("/v1/embeddings", "/v2/embed")
SIZES = {"embed": 128, "bert_embed": 64}
RECORDED = [
    one
    for one in all_recordings("*embed/*") + further("*embed/*")
    if one.path in PATHS and one.config in SIZES
]
# Unlike the recorded model, the simulated one can shorten its vectors, has a chat template, and
# adds no tokens to a text.
OTHERWISE = (
    "embed/embeddings_dimensions",
    "bert_embed/embeddings_dimensions",
    "bert_embed/embeddings_messages",
    "bert_embed/err_embeddings_empty",
    "bert_embed/err_embeddings_long",
)
ANSWERED = [one for one in RECORDED if one.status == 200 and str(one) not in OTHERWISE]
REFUSED = [one for one in RECORDED if one.status >= 400 and str(one) not in OTHERWISE]


def server_of(recording: Recording) -> SimulatedVllm:
    return server_like(recording, task="embed", embedding_size=SIZES[recording.config])


def of_kind(answer: Any) -> Any:
    """Return the shape of an answer, in which only the types of numbers count."""
    if "embeddings" in answer:
        counts = {name: [len(v) for v in vs] for name, vs in answer["embeddings"].items()}
        return shape({**answer, "embeddings": counts})
    vectors = [one["embedding"] for one in answer["data"]]
    lengths = [(type(vector), len(vector)) for vector in vectors]
    return shape({**answer, "data": [{**one, "embedding": []} for one in answer["data"]]}), lengths


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_of(recording) as server:
        answer = repeat(server, recording)
    assert answer.status == 200
    # The older recordings have no header `metadata`.
    names = [name for name in headers_of(answer) if name != "metadata"]
    assert names == header_names(recording.headers)
    if recording.headers["content-type"] == "application/json":
        assert of_kind(answer.json) == of_kind(recording.json)
    else:
        assert list(map(len, answer.chunks)) == list(map(len, recording.chunks))


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_of(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def embed(server: SimulatedVllm, input: Any, **options: Any) -> list[list[float]]:
    answer = ask(server, "POST", "/v1/embeddings", {"input": input, **options})
    return [one["embedding"] for one in answer.json["data"]]


def test_equal_texts_have_equal_vectors_of_length_1() -> None:
    with SimulatedVllm() as server:
        one, other, same = embed(server, ["a cat", "a dog", "a cat"])
    assert one == same != other
    assert len(one) == 384
    assert math.fsum(x * x for x in one) == pytest.approx(1)


def test_shortened_vectors_are_normalized() -> None:
    with SimulatedVllm(embedding_size=8) as server:
        [whole] = embed(server, "a cat")
        [short] = embed(server, "a cat", dimensions=3)
    length = math.sqrt(math.fsum(x * x for x in whole[:3]))
    assert short == pytest.approx([x / length for x in whole[:3]])


def test_token_ids_have_the_vector_of_their_text() -> None:
    with SimulatedVllm() as server:
        tokens = ask(server, "POST", "/tokenize", {"prompt": "a cat"}).json["tokens"]
        assert embed(server, [tokens, tokens]) == embed(server, ["a cat"] * 2)


@pytest.mark.parametrize("format", ["float", "base64", "bytes", "bytes_only"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_client_reads_the_same_numbers_in_each_format(format: Any, dtype: Any) -> None:
    with SimulatedVllm(embedding_size=16) as server, SyncVllmClient(server.base_url) as client:
        plain = client.embeddings.create(input=["a", "b c"], encoding_format="float")
        coded = client.embeddings.create(
            input=["a", "b c"], encoding_format=format, embed_dtype=dtype, endianness="big"
        )
    for one, other in zip(plain.data, coded.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-3)
    if format != "bytes_only":
        assert (coded.usage and coded.usage.prompt_tokens) == 3


def test_vectors_can_be_scripted_and_repeat() -> None:
    with SimulatedVllm() as server:
        server.reply("for a chat", Embeddings([[1.0, 0.0], [0.0, 1.0]]))
        assert embed(server, ["a", "b", "c"]) == [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
        assert server.replies_left == 1


def test_scripted_errors_and_the_log_work_as_for_chat() -> None:
    with SimulatedVllm() as server:
        server.reply(ErrorReply(503, "busy"))
        assert ask(server, "POST", "/v1/embeddings", {"input": "x"}).status == 503
        assert server.requests[-1].json == {"input": "x"}


def test_text_is_truncated_if_requested() -> None:
    with SimulatedVllm(max_model_len=3) as server:
        assert embed(server, "a b c d", truncate_prompt_tokens=2) == embed(server, "a b")
        assert embed(server, "a b c d", truncate_prompt_tokens=-1) == embed(server, "a b c")
        assert ask(server, "POST", "/v1/embeddings", {"input": "a b c d"}).status == 400


@pytest.mark.parametrize("name", ["messages", "input"])
def test_conversations_are_embedded_as_texts(name: str) -> None:
    one, other = ([{"role": "user", "content": text}] for text in ("a", "b"))
    with SimulatedVllm() as server:
        several = ask(server, "POST", "/v1/embeddings", {name: [one, other]}).json["data"]
        [alone] = ask(server, "POST", "/v1/embeddings", {"messages": one}).json["data"]
    assert len(several) == 2
    assert several[0]["embedding"] == alone["embedding"]


def test_eight_signs_are_packed_in_a_byte() -> None:
    with SimulatedVllm() as server:
        server.reply(Embeddings([[1, -1, 0, -2, 1, 1, 1, 1, -1]]))
        body = {"texts": ["x"], "embedding_types": ["binary", "ubinary"]}
        answer = ask(server, "POST", "/v2/embed", body).json["embeddings"]
    assert answer == {"binary": [[0b10101111 - 128, -128]], "ubinary": [[0b10101111, 0]]}
