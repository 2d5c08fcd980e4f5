"""`create()` without keywords, and `map`, for every family with one answer per request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from tests.facades.drivers import SyncFacade
from tests.facades.row_server import RowServer, text_of
from vllm_client import AnswerError, ApiError, BadRequestError, RequestError, user


@attrs.frozen
class Family:
    """The builder of a family, a first row that is sent alone, and the answer of the route."""

    builder: Callable[[Any], Any]
    rows: list[Any]
    single: Callable[[Any], Any]
    answer: dict[str, Any]


FAMILIES = {
    "completions": Family(
        lambda client: client.completions.create(),
        ["a", {"prompt": "b", "seed": 3}],
        lambda ask: ask.prompt("a"),
        {"choices": [{"index": 0, "text": "Hello!", "finish_reason": "stop"}]},
    ),
    "responses": Family(
        lambda client: client.responses.create().instructions("Be brief.").max_output_tokens(9),
        ["a", {"input": "b"}],
        lambda ask: ask.input("a").temperature(0),
        {"id": "r", "status": "completed", "output": []},
    ),
    "messages": Family(
        lambda client: client.messages.create().max_tokens(5).system("Be brief.").temperature(0),
        ["a", {"messages": [user("b")]}],
        lambda ask: ask.messages([user("a")]),
        {"id": "m", "content": [{"type": "text", "text": "Hello!"}]},
    ),
    "embeddings": Family(
        lambda client: client.embeddings.create().dimensions(2),
        ["a", {"input": "b"}],
        lambda ask: ask.input("a"),
        {"data": [{"index": 0, "embedding": [1.0, 2.0]}]},
    ),
    "classify": Family(
        lambda client: client.classify(),
        ["a", {"input": "b"}],
        lambda ask: ask.input("a"),
        {"data": [{"index": 0, "label": "good", "probs": [0.9], "num_classes": 1}]},
    ),
    "score": Family(
        lambda client: client.score(),
        [("a", "x"), {"queries": "b", "documents": "x"}],
        lambda ask: ask.queries("a").documents("x"),
        {"data": [{"index": 0, "score": 0.5}]},
    ),
    "rerank": Family(
        lambda client: client.rerank().top_n(1),
        [("a", ["x"]), {"query": "b", "documents": ["x"]}],
        lambda ask: ask.query("a").documents(["x"]),
        {"results": [{"index": 0, "relevance_score": 0.5}]},
    ),
}


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> Family:
    return FAMILIES[request.param]


def test_map_returns_the_same_as_a_single_call(facade: SyncFacade, family: Family) -> None:
    with RowServer(lambda text, visit: (200, family.answer)) as server:
        ask = family.builder(facade.client(server.base_url)).model("m")
        items = list(ask.map(family.rows, errors="return", concurrency=1))
        single = family.single(ask).send()

    assert [item.error for item in items] == [None, None]
    assert [item.response for item in items] == [single, single]
    assert [text_of(body) for body in server.bodies] == ["a", "b", "a"]
    assert {body["model"] for body in server.bodies} == {"m"}


def test_a_misspelt_option_is_refused_before_anything_is_sent(
    facade: SyncFacade, family: Family
) -> None:
    ask = family.builder(facade.client("http://localhost:9/v1"))

    assert ask.options(timeout=5).extra({"more": 1}) is not ask
    with pytest.raises(RequestError, match="has no option 'timeut'"):
        ask.options(timeut=5)


def test_builders_of_streams(facade: SyncFacade) -> None:
    """The events of both are tested with the methods that stream."""
    with RowServer(lambda text, visit: 400) as server:
        client = facade.client(server.base_url)
        for name in ("responses", "messages"):
            with (
                pytest.raises(ApiError),
                _opened(FAMILIES[name].single(FAMILIES[name].builder(client).model("m"))),
            ):
                pass

    assert [body["stream"] for body in server.bodies] == [True, True]


def _opened(ask: Any) -> Any:
    return ask.send_stream()


@attrs.frozen
class Invoice:
    total: float


def test_answers_of_chat_become_instances_of_a_class(facade: SyncFacade) -> None:
    def respond(text: str, visit: int) -> str:
        return '{"total": 3.5}' if text == "good" else "no idea"

    with RowServer(respond) as server:
        ask = facade.client(server.base_url).chat.completions.create()
        good, bad = ask.map(["good", "bad"], response_format=Invoice, errors="return")

    assert good.response.parsed == Invoice(3.5)
    assert isinstance(bad.error, AnswerError)
    assert bad.attempts == 1
    assert server.bodies[0]["response_format"]["json_schema"]["name"] == "Invoice"


def _embeddings(text: str, visit: int) -> Any:
    inputs = [part.strip("' ") for part in text.strip("[]").split(",")]
    if "bad" in inputs:
        return 400
    rows = [{"index": at, "embedding": [float(len(one))]} for at, one in enumerate(inputs)]
    return 200, {"data": rows, "usage": {"prompt_tokens": 4, "total_tokens": 4}}


def test_rows_of_embeddings_are_sent_in_batches(facade: SyncFacade) -> None:
    texts = ["a" * number for number in range(1, 8)]
    with RowServer(_embeddings) as server:
        ask = facade.client(server.base_url).embeddings.create()
        with ask.map(texts, batch=3) as run:
            vectors = [answer[0].embedding for answer in run]
            stats = run.stats

    assert vectors == [[float(number)] for number in range(1, 8)]
    assert sorted(len(body["input"]) for body in server.bodies) == [1, 3, 3]
    assert (stats.done, stats.total, stats.prompt_tokens) == (7, 7, 12)


def test_a_bad_row_fails_alone_in_its_batch(facade: SyncFacade) -> None:
    with RowServer(_embeddings) as server:
        ask = facade.client(server.base_url).embeddings.create()
        with ask.map(["a", "bad", {"nonsense": 1}, "bb"], batch=4, errors="return") as run:
            items = list(run)
            stats = run.stats

    assert [item.index for item in items] == [0, 1, 2, 3]
    assert [item.input for item in items] == ["a", "bad", {"nonsense": 1}, "bb"]
    assert [type(item.error) for item in items] == [
        type(None),
        BadRequestError,
        RequestError,
        type(None),
    ]
    assert items[3].response[0].embedding == [2.0]
    assert (stats.done, stats.failed) == (2, 2)


def test_a_batch_of_bad_rows_is_not_sent(facade: SyncFacade) -> None:
    with RowServer(_embeddings) as server:
        ask = facade.client(server.base_url).embeddings.create()
        items = list(ask.map([{"nonsense": 1}], batch=4, errors="return"))

    assert ([item.ok for item in items], server.bodies) == ([False], [])


def test_recordings_are_transcribed(facade: SyncFacade, tmp_path: Any) -> None:
    heard: list[bytes] = []

    def transcribe(body: bytes) -> Any:
        heard.append(body)
        return 200, {"text": "Hello!"}

    recording = tmp_path / "speech.wav"
    recording.write_bytes(b"RIFF of a file")
    with RowServer(upload=transcribe) as server:
        ask = facade.client(server.base_url).audio.transcriptions.create().language("en")
        rows = [recording, b"RIFF of bytes", tmp_path / "missing.wav"]
        items = list(ask.map(rows, errors="return"))
        texts = list(ask.response_format("text").map([b"RIFF"]))
        single = ask.prompt("So:").temperature(0).file(recording).send()

    assert [item.ok for item in items] == [True, True, False]
    assert items[0].response.text == single.text == "Hello!"
    assert texts == ["Hello!"]
    assert b"RIFF of a file" in b"".join(heard)
    assert isinstance(items[2].error, RequestError)
