"""The Responses and Messages APIs with both clients, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from tests.facades.dialogue import LAST_CHUNK, STREAM_HEAD, chunked, http
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Treatment, Visit
from tests.helpers.protocols import decode, machine_of
from tests.recordings import load
from vllm_client import (
    ApiError,
    IoError,
    ParseError,
    RetryPolicy,
    StreamError,
    Timeout,
)

AT_ONCE = RetryPolicy(max_retries=2, first_wait=0.001)
MESSAGE: dict[str, Any] = {
    "model": "tiny",
    "messages": [{"role": "user", "content": "Hi"}],
    "max_tokens": 9,
}


@attrs.frozen
class Dialect:
    """The calls of an API, and the recordings of its answers."""

    name: str
    create: Callable[..., Any]
    stream: Callable[..., Any]
    refusal: bytes

    @property
    def events(self) -> list[bytes]:
        return [event + b"\n\n" for event in self.body.split(b"\n\n") if event]

    @property
    def body(self) -> bytes:
        return load("chat", f"{self.name}.stream").body

    def decoded(self) -> list[Any]:
        """Return the events of the recording."""
        recording = load("chat", f"{self.name}.stream")
        return decode(machine_of(recording), [recording.body])

    def folded(self) -> Any:
        """Return the answer that the events form."""
        recording = load("chat", f"{self.name}.stream")
        machine = machine_of(recording)
        decode(machine, [recording.body])
        return machine.partial()


DIALECTS = [
    Dialect(
        "responses",
        lambda client, **options: client.responses.create(input="Hi", **options),
        lambda client, **options: client.responses.stream(input="Hi", **options),
        b'event: error\ndata: {"type":"error","code":"server_error","message":"dead"}\n\n',
    ),
    Dialect(
        "messages",
        lambda client, **options: client.messages.create(**MESSAGE, **options),
        lambda client, **options: client.messages.stream(**MESSAGE, **options),
        b'event: error\ndata: {"type":"error","error":{"type":"t","message":"dead"}}\n\n',
    ),
]
each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: str(one.name))


def answers(*parts: bytes, whole: bool = True) -> Treatment:
    """Answer a request with events; omit the final chunk unless `whole`."""

    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(*parts) + LAST_CHUNK * whole)

    return treat


def client_of(facade: SyncFacade, server: RawServer, **settings: Any) -> Any:
    return facade.client(server.base_url, retry=None, **settings)


def read(opened: Any) -> tuple[list[Any], Any]:
    """Return all events of a stream, and the error that ended it."""
    events: list[Any] = []
    with opened as stream:
        try:
            events.extend(stream)
        except StreamError as error:
            return events, error
    return events, None


@each_dialect
def test_a_plain_answer_is_read(facade: SyncFacade, dialect: Dialect) -> None:
    answer = http(load("chat", f"{dialect.name}.plain").body)
    with RawServer(lambda visit: (visit.read_request(), visit.send(answer))) as server:
        response = dialect.create(client_of(facade, server))

    assert response.id
    assert response.content if dialect.name == "messages" else response.output_text


@each_dialect
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_stream_has_the_same_events_for_any_chunking(
    facade: SyncFacade, dialect: Dialect, size: int
) -> None:
    pieces = [dialect.body[n : n + size] for n in range(0, len(dialect.body), size)]
    with RawServer(answers(*pieces)) as server:
        client = client_of(facade, server)
        with dialect.stream(client) as stream:
            assert list(stream) == dialect.decoded()
            assert stream.response() == dialect.folded()
        with dialect.create(client, stream=True) as stream:
            assert stream.response() == dialect.folded()


@each_dialect
def test_an_incomplete_stream_is_an_error_with_the_partial_answer(
    facade: SyncFacade, dialect: Dialect
) -> None:
    some = dialect.events[:12]
    for whole in (True, False):
        with RawServer(answers(*some, whole=whole)) as server:
            events, error = read(dialect.stream(client_of(facade, server)))

        assert events == dialect.decoded()[:12]
        assert error.partial.id == dialect.folded().id
        assert error.request_ids
        assert error.path == f"/v1/{dialect.name}"


@each_dialect
def test_an_error_event_is_the_last_event_and_then_raised(
    facade: SyncFacade, dialect: Dialect
) -> None:
    with RawServer(answers(*dialect.events[:12], dialect.refusal, dialect.events[12])) as server:
        events, error = read(dialect.stream(client_of(facade, server)))

    assert events[:-1] == dialect.decoded()[:12]
    assert events[-1].type == "error"
    assert "dead" in str(error)
    assert error.partial.id == dialect.folded().id


@each_dialect
def test_an_error_event_before_the_first_delta_is_raised_by_opening(
    facade: SyncFacade, dialect: Dialect
) -> None:
    with RawServer(answers(dialect.events[0], dialect.refusal)) as server:
        client = client_of(facade, server)
        with pytest.raises(ApiError) as caught:
            read(dialect.stream(client))

    assert (caught.value.code, caught.value.message) == (500, "dead")


@each_dialect
def test_failures_before_the_first_delta_are_retried(facade: SyncFacade, dialect: Dialect) -> None:
    with RawServer(
        answers(*dialect.events[:2], whole=False),
        answers(*dialect.events[:1]),
        answers(dialect.body),
    ) as server:
        client = facade.client(server.base_url, retry=AT_ONCE)
        with dialect.stream(client) as stream:
            assert list(stream) == dialect.decoded()
            assert server.visits == 3


@each_dialect
def test_leaving_early_closes_the_connection(facade: SyncFacade, dialect: Dialect) -> None:
    left = []

    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(*dialect.events[:12]))
        visit.wait_until_left()
        left.append(True)

    with RawServer(treat) as server:
        with dialect.stream(client_of(facade, server)) as stream:
            next(iter(stream))
        with pytest.raises(StreamError, match="closed by the reader"):
            next(iter(stream))
    assert left


@each_dialect
def test_silence_in_a_stream_is_an_error_with_the_partial_answer(
    facade: SyncFacade, dialect: Dialect
) -> None:
    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(*dialect.events[:12]))
        visit.wait_until_left()

    with RawServer(treat) as server:
        client = client_of(facade, server, timeout=Timeout(idle=0.3))
        events, error = read(dialect.stream(client))

    assert events == dialect.decoded()[:12]
    assert isinstance(error, TimeoutError)
    assert error.partial.id == dialect.folded().id


@each_dialect
def test_a_refusal_is_an_api_error(facade: SyncFacade, dialect: Dialect) -> None:
    body = load("chat", f"err_{dialect.name}_unknown_model.stream").body
    answer = http(body, "404 Not Found")
    with RawServer(lambda visit: (visit.read_request(), visit.send(answer))) as server:
        client = client_of(facade, server)
        for ask in (dialect.create, dialect.stream):
            with pytest.raises(ApiError) as caught:
                read(ask(client))
            assert (caught.value.code, caught.value.type) == (404, "NotFoundError")
            assert caught.value.message == "The model `nope` does not exist. Valid aliases: tiny."


@each_dialect
def test_a_json_error_instead_of_a_stream_is_an_error(facade: SyncFacade, dialect: Dialect) -> None:
    answer = http(b'{"object": "list"}')
    with RawServer(lambda visit: (visit.read_request(), visit.send(answer))) as server:
        client = client_of(facade, server)
        with pytest.raises(ParseError, match="expected a stream of events"):
            read(dialect.stream(client))


@each_dialect
def test_a_plain_answer_instead_of_a_stream_is_read_as_a_stream(
    facade: SyncFacade, dialect: Dialect
) -> None:
    recording = load("chat", f"{dialect.name}.plain")
    with RawServer(
        lambda visit: (visit.read_request(), visit.send(http(recording.body)))
    ) as server:
        with dialect.stream(client_of(facade, server)) as stream:
            events = list(stream)
            response = stream.response()
        assert len(events) > 3
        assert response.id == recording.json["id"]
        assert response.usage.to_dict().items() <= recording.json["usage"].items()


def _reads_and_dies(visit: Visit) -> None:
    visit.read_request()


@pytest.mark.parametrize(
    ("ask", "visits"),
    [
        (lambda client: client.responses.create(input="Hi", background=True), 1),
        (lambda client: client.responses.stream(input="Hi", background=True), 1),
        (lambda client: client.responses.cancel("resp_1"), 1),
        (lambda client: client.responses.create(input="Hi"), 3),
        (lambda client: client.responses.retrieve("resp_1"), 3),
        (lambda client: client.responses.retrieve("resp_1", stream=True), 3),
        (lambda client: client.responses.render(input="Hi"), 3),
        (lambda client: client.messages.create(**MESSAGE), 3),
        (lambda client: client.messages.render(**MESSAGE), 3),
    ],
)
def test_only_calls_without_side_effects_are_repeated(
    facade: SyncFacade, ask: Callable[[Any], Any], visits: int
) -> None:
    with RawServer(_reads_and_dies) as server:
        client = facade.client(server.base_url, retry=AT_ONCE)
        with pytest.raises(IoError) as caught:
            ask(client)

        # a retry checks once whether the server speaks TLS
        assert server.visits == visits + (visits > 1)
        assert len(caught.value.request_ids) == visits


def test_a_stored_response_is_continued_after_a_given_event(facade: SyncFacade) -> None:
    dialect = DIALECTS[0]
    heads = []

    def treat(visit: Visit) -> None:
        heads.append(visit.read_request())
        visit.send(STREAM_HEAD + chunked(*dialect.events[12:]) + LAST_CHUNK)

    with RawServer(treat) as server:
        client = client_of(facade, server)
        with client.responses.retrieve("resp_1", stream=True, starting_after=11) as stream:
            assert list(stream) == dialect.decoded()[12:]
            assert stream.response() == dialect.folded()

    assert heads[0].startswith(b"GET /v1/responses/resp_1?stream=true&starting_after=11 HTTP/1.1")


def test_each_call_goes_to_its_route_with_its_body(facade: SyncFacade) -> None:
    plain = load("chat", "responses.plain").body
    rendered = b'{"token_ids": [1]}'
    bodies = [plain, plain, rendered, rendered, load("chat", "count_tokens").body]
    requests: list[Any] = []

    def treat(visit: Visit) -> None:
        while True:
            head, _, sent = visit.read_request().partition(b"\r\n\r\n")
            requests.append((head.split(b" HTTP/1.1")[0].decode(), json.loads(sent or b"null")))
            visit.send(http(bodies[len(requests) - 1]))

    prompt = {name: MESSAGE[name] for name in ("model", "messages")}
    with RawServer(treat) as server:
        client = client_of(facade, server)
        assert client.responses.retrieve("resp_1").status == "completed"
        assert client.responses.cancel("resp_1").id
        assert client.responses.render(input="Hi", model="tiny").token_ids == [1]
        assert client.messages.render(**MESSAGE).token_ids == [1]
        assert client.messages.count_tokens(**prompt).input_tokens == 15

    assert requests == [
        ("GET /v1/responses/resp_1", None),
        ("POST /v1/responses/resp_1/cancel", None),
        ("POST /v1/responses/render", {"input": "Hi", "model": "tiny"}),
        ("POST /v1/messages/render", MESSAGE),
        ("POST /v1/messages/count_tokens", prompt),
    ]
