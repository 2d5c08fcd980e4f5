"""Keys and passwords are in no error, repr or log, even if the server echoes them."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
import socket
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.facades.dialogue import PATIENCE, STREAM_HEAD, ask, chunk, chunked, hear, http, stream
from tests.facades.drivers import SyncFacade, thing_of
from tests.facades.raw_server import RawServer, Visit
from vllm_client import (
    ApiError,
    Call,
    CallAttempt,
    HttpError,
    IoError,
    IoTimeout,
    Observer,
    ParseError,
    RequestError,
    StreamError,
    StreamEvent,
    StreamTimeout,
    SyncVllmClient,
    Timeout,
    ToolRoundsError,
    VllmError,
)

KEY = "sk-4f9a1c7be2d84035b6a9e0d1c2f3a4b5"
HEADER_KEY = "sk-of-a-header-77aa66bb55cc44dd33ee22ff"
PROXY_TOKEN = base64.b64encode(b"proxy-user:proxy-password-0123456789").decode()
PASSWORD = "url-password-9876543210abcdef"
URL_TOKEN = base64.b64encode(f"url-user:{PASSWORD}".encode()).decode()
# Headers of gateways and clouds, named after the secret that they contain.
OTHER_HEADERS = {
    "x-auth-token": "gateway-token-11bb22cc33dd44ee",
    "cf-access-client-secret": "cloudflare-55ff66aa77bb88cc",
    "ocp-apim-subscription-key": "azure-99dd00ee11ff22aa",
    "x-amz-security-token": "amazon-33bb44cc55dd66ee",
}
SECRETS = (
    KEY,
    HEADER_KEY,
    *OTHER_HEADERS.values(),
    PROXY_TOKEN,
    "proxy-password-0123456789",
    PASSWORD,
    URL_TOKEN,
)
# Min length of a part of a secret that must not appear.
PIECE = 10


def _shows(text: str) -> str | None:
    """Return the part of a secret that a text contains."""
    for secret in SECRETS:
        for start in range(len(secret) - PIECE + 1):
            if secret[start : start + PIECE] in text:
                return secret[start : start + PIECE]
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _texts(error: VllmError) -> Iterator[str]:
    """Return all texts of an error and its causes that a program might print."""
    yield from traceback.format_exception(error)
    for each in _chain(error):
        yield repr(each)
        yield str(each)
        yield repr(each.args)
        yield repr(vars(each))
        yield repr(getattr(each, "doc", ""))  # errors of json contain the whole document
        yield repr(getattr(each, "object", ""))  # so do errors of codecs
    yield pickle.dumps(error, protocol=0).decode("latin-1")
    yield repr(vars(pickle.loads(pickle.dumps(error))))
    yield str(copy.copy(error))
    yield json.dumps(error.to_dict())


def _assert_silent(error: VllmError | None) -> None:
    assert error is not None
    for text in _texts(error):
        assert _shows(text) is None, text


def _assert_silent_call(call: Call | None) -> None:
    assert call is not None
    shown = [call, *call.attempts, call.headers, dict(call.headers), call.model, call.response_id]
    shown += [call.error, call.error_type, call.server, call.__getstate__()]
    for value in shown:
        assert _shows(repr(value)) is None
    assert _shows(pickle.dumps(call).decode("latin-1")) is None


def _echo(treat: Callable[[str], bytes]) -> Callable[[Visit], None]:
    """Return a function that answers with `treat` of the secret that was sent."""

    def answer(visit: Visit) -> None:
        head = visit.read_request().decode("latin-1").partition("\r\n\r\n")[0]
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
        names = ("authorization", "proxy-authorization", *OTHER_HEADERS)
        visit.send(treat(" ".join(fields[name] for name in names if name in fields)))

    return answer


def _error_body(sent: str) -> bytes:
    error = {"message": f"not a key: {sent}", "type": sent, "param": sent, "code": 401}
    return http(json.dumps({"error": error}).encode(), "401 Unauthorized")


def _event(text: str) -> bytes:
    return b"data: " + text.encode() + b"\n\n"


def _failing(sent: str, code: int = 500) -> bytes:
    return _event(json.dumps({"error": {"message": sent, "type": sent, "code": code}}))


HELLO = chunk("Hello!")

ECHOES: dict[str, tuple[Callable[[str], bytes], type[VllmError], type[VllmError]]] = {
    "error body": (_error_body, ApiError, ApiError),
    "error as a string": (
        lambda sent: http(json.dumps({"error": sent}).encode(), "401 No"),
        ApiError,
        ApiError,
    ),
    "HTML": (
        lambda sent: http(f"<html>{sent}</html>".encode(), "502 Bad Gateway", "text/html"),
        ApiError,
        ApiError,
    ),
    "a long error, cut in the key": (
        lambda sent: http(
            b"x" * (2048 - len(sent) + 7) + sent.encode() + b"x" * 5000, "400 Bad Request"
        ),
        ApiError,
        ApiError,
    ),
    "a header of the error": (
        lambda sent: http(b"no", "429 Too Many", more=f"retry-after: {sent}\r\n"),
        ApiError,
        ApiError,
    ),
    "redirect": (
        lambda sent: http(b"", "302 Found", more=f"location: http://else.example/?{sent}\r\n"),
        HttpError,
        HttpError,
    ),
    "no HTTP": (lambda sent: f"you said {sent}\r\n\r\n".encode(), HttpError, HttpError),
    "no HTTP, cut in the key": (
        lambda sent: b"x" * (80 - 20) + f"{sent}\r\n\r\n".encode(),
        HttpError,
        HttpError,
    ),
    "status line": (
        lambda sent: f"HTTP/1.1 {sent} OK\r\n\r\n".encode(),
        HttpError,
        HttpError,
    ),
    "bad header": (
        lambda sent: f"HTTP/1.1 200 OK\r\nbad header {sent}\r\n\r\n".encode(),
        HttpError,
        HttpError,
    ),
    "transfer-encoding": (
        lambda sent: f"HTTP/1.1 200 OK\r\ntransfer-encoding: {sent}\r\n\r\n".encode(),
        HttpError,
        HttpError,
    ),
    "content-encoding": (
        lambda sent: http(b"{}", more=f"content-encoding: br, {sent}\r\n"),
        HttpError,
        HttpError,
    ),
    "content-length": (
        lambda sent: f"HTTP/1.1 200 OK\r\ncontent-length: {sent}\r\n\r\n".encode(),
        HttpError,
        HttpError,
    ),
    "chunk size": (
        lambda sent: STREAM_HEAD + f"{sent.split()[-1]}\r\n".encode(),
        HttpError,
        HttpError,
    ),
    "content-type": (
        lambda sent: http(b"hm", kind=f"text/{sent}"),
        ParseError,
        ParseError,
    ),
    "body that is no JSON": (lambda sent: http(f"so {sent}".encode()), ParseError, ParseError),
    "JSON of a wrong type": (
        lambda sent: http(json.dumps({"choices": sent, "id": [sent]}).encode()),
        ParseError,
        ParseError,
    ),
    "event before the first delta": (
        lambda sent: STREAM_HEAD + chunked(_failing(sent)),
        IoError,
        ApiError,
    ),
    "event that is no JSON": (
        lambda sent: STREAM_HEAD + chunked(_event(f"so {sent}")),
        IoError,
        ParseError,
    ),
    "event later": (
        lambda sent: STREAM_HEAD + chunked(HELLO, _failing(sent)),
        IoError,
        StreamError,
    ),
    "event later that is no JSON": (
        lambda sent: STREAM_HEAD + chunked(HELLO, _event(f"so {sent}")),
        IoError,
        StreamError,
    ),
    "event later of a wrong type": (
        lambda sent: STREAM_HEAD + chunked(HELLO, _event(json.dumps({"choices": sent}))),
        IoError,
        StreamError,
    ),
}


def _with_key(facade: SyncFacade, url: str) -> Any:
    return facade.client(url, api_key=KEY, retry=None)


def _with_headers(facade: SyncFacade, url: str) -> Any:
    headers = {
        "Authorization": f"Bearer {HEADER_KEY}",
        "Proxy-Authorization": f"Basic {PROXY_TOKEN}",
    }
    client = facade.client(url, retry=None)
    for name, value in headers.items():
        client = client.with_header(name, value)
    return client


def _with_userinfo(facade: SyncFacade, url: str) -> Any:
    url = url.replace("http://", f"http://url-user:{PASSWORD}@")
    return facade.client(url, retry=None)


def _with_other_headers(facade: SyncFacade, url: str) -> Any:
    return facade.client(url, retry=None, headers=OTHER_HEADERS)


HOLDERS = {
    "key": _with_key,
    "headers": _with_headers,
    "other headers": _with_other_headers,
    "URL": _with_userinfo,
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
@pytest.mark.parametrize(("echo", "plain", "streamed"), ECHOES.values(), ids=ECHOES)
def test_a_secret_that_the_server_echoes_is_not_shown(
    facade: SyncFacade,
    caplog: pytest.LogCaptureFixture,
    holder: Callable[[SyncFacade, str], Any],
    echo: Callable[[str], bytes],
    plain: type[VllmError],
    streamed: type[VllmError],
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "vllm_client.bodies")
    with RawServer(_echo(echo)) as server:
        client = holder(facade, server.base_url)
        with pytest.raises(VllmError) as caught:
            ask(client)
        assert isinstance(caught.value, plain)
        heard = hear(client)
        assert isinstance(heard.error, streamed)
        client.close()
    for error in (caught.value, heard.error):
        _assert_silent(error)
        _assert_silent_call(error.call)
        logging.getLogger(__name__).error("failed", exc_info=error)
    for event in heard.events:
        assert _shows(repr(event)) is None
    assert _shows(caplog.text) is None
    assert _shows(repr(client)) is None


def weather(city: str) -> str:
    """The weather of a city."""
    return city


def _read_all(stream: Any) -> None:
    with stream as items:
        for _ in items:
            pass


def _raw_json(client: Any) -> None:
    with client.stream_request("GET", "/x") as answer:
        answer.response().json()


MESSAGES = [{"role": "user", "content": "Hi"}]
TOOL = {"tools": [weather], "messages": MESSAGES}
MESSAGE = {"model": "m", "messages": MESSAGES, "max_tokens": 1}
TOKENS = {"token_ids": [1], "sampling_params": {}}

# Every kind of call, each with its own code to send a request and read the response.
PATHS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda client: client.chat.completions.create(messages=MESSAGES),
    "builder": lambda client: client.chat.completions.create().messages(MESSAGES).send(),
    "parsed": lambda client: client.chat.completions.parse(response_format=int, messages=MESSAGES),
    "batch": lambda client: client.chat.completions.batch(messages=[MESSAGES]),
    "chunks": lambda client: _read_all(
        client.chat.completions.create(messages=MESSAGES, stream=True)
    ),
    "events": lambda client: _read_all(client.chat.completions.stream(messages=MESSAGES)),
    "tools": lambda client: client.chat.completions.run_tools(**TOOL),
    "tool stream": lambda client: _read_all(client.chat.completions.stream_tools(**TOOL)),
    "render": lambda client: client.chat.completions.render(messages=MESSAGES),
    "completion": lambda client: client.completions.create(prompt="Hi"),
    "completion events": lambda client: _read_all(client.completions.stream(prompt="Hi")),
    "responses": lambda client: client.responses.create(input="Hi"),
    "responses events": lambda client: _read_all(client.responses.stream(input="Hi")),
    "messages": lambda client: client.messages.create(**MESSAGE),
    "messages events": lambda client: _read_all(client.messages.stream(**MESSAGE)),
    "speech": lambda client: client.audio.transcriptions.create(file=b"RIFF"),
    "speech events": lambda client: _read_all(client.audio.transcriptions.stream(file=b"RIFF")),
    "tokens": lambda client: client.inference.generate(**TOKENS),
    "token chunks": lambda client: _read_all(client.inference.generate(**TOKENS, stream=True)),
    "embeddings": lambda client: client.embeddings.create(input="Hi"),
    "score": lambda client: client.score(queries="a", documents=["b"]),
    "tokenize": lambda client: client.tokenize(prompt="Hi"),
    "model": lambda client: client.models.retrieve("m"),
    "metrics": lambda client: client.metrics(),
    "control": lambda client: client.sleep(),
    "any route": lambda client: client.request("GET", "/x").json(),
    "any stream": _raw_json,
}

BAD_ANSWERS: dict[str, Callable[[str], bytes]] = {
    "error body": _error_body,
    "broken JSON": lambda sent: http(f'{{"{sent}'.encode()),
    "broken events": lambda sent: http(f"data: {sent}\xff\n\n".encode("latin-1"), kind=EVENTS),
    "no HTTP": lambda sent: f"you said {sent}\r\n\r\n".encode(),
}
EVENTS = "text/event-stream"


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_no_kind_of_call_shows_a_secret(
    facade: SyncFacade, path: Callable[[Any], Any], answer: Callable[[str], bytes]
) -> None:
    with RawServer(_echo(answer)) as server:
        client = facade.client(server.base_url, api_key=KEY, retry=None)
        with pytest.raises(VllmError) as caught:
            path(client)

    assert (caught.value.method, caught.value.path) != (None, None)
    _assert_silent(caught.value)
    _assert_silent_call(caught.value.call)


def test_events_of_raw_routes_do_not_show_secrets(facade: SyncFacade) -> None:
    with RawServer(_echo(BAD_ANSWERS["broken events"])) as server:
        client = facade.client(server.base_url, api_key=KEY, retry=None)
        with (
            client.stream_request("GET", "/x") as answer,
            pytest.raises(StreamError) as caught,
        ):
            for _ in answer.events():
                pass

    _assert_silent(caught.value)


def test_a_tool_name_that_repeats_the_key_is_not_shown(facade: SyncFacade) -> None:
    def call(sent: str) -> bytes:
        function = {"name": sent, "arguments": "{}"}
        message = {"role": "assistant", "tool_calls": [{"id": "1", "function": function}]}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        return http(json.dumps({"choices": [choice]}).encode())

    with RawServer(_echo(call)) as server:
        client = facade.client(server.base_url, api_key=KEY, retry=None)
        with pytest.raises(ToolRoundsError) as caught:
            client.chat.completions.run_tools(**TOOL, max_rounds=1)

    assert _shows(str(caught.value)) is None


def test_a_key_that_the_answer_repeats_is_in_no_record_and_no_log(
    facade: SyncFacade, caplog: pytest.LogCaptureFixture
) -> None:
    def repeat(sent: str) -> bytes:
        message = {"role": "assistant", "content": f"you sent {sent}"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        answer = {"id": sent, "model": sent, "choices": [choice]}
        return http(json.dumps(answer).encode(), more=f"x-echo: {sent}\r\n")

    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "vllm_client.bodies")
    with RawServer(_echo(repeat)) as server:
        answer = ask(facade.client(server.base_url, api_key=KEY, retry=None))

    _assert_silent_call(answer.call)
    assert answer.call.headers["x-echo"] == "***"
    assert "received" in caplog.text
    assert _shows(caplog.text) is None


def test_headers_that_an_observer_adds_are_not_shown(
    facade: SyncFacade, caplog: pytest.LogCaptureFixture
) -> None:
    class Adding(Observer):
        def attempt(self, call: Call, attempt: CallAttempt) -> dict[str, str]:
            return {"Authorization": f"Bearer {KEY}"}

    caplog.set_level(logging.DEBUG)
    with RawServer(_echo(_error_body)) as server:
        client = facade.client(server.base_url, retry=None, observers=[Adding()])
        with pytest.raises(ApiError) as caught:
            ask(client)

    assert "not a key: ***" in caught.value.message
    _assert_silent(caught.value)
    _assert_silent_call(caught.value.call)
    assert _shows(caplog.text) is None


def test_headers_that_an_observer_adds_are_not_shown_by_a_body_that_is_not_json(
    facade: SyncFacade,
) -> None:
    class Adding(Observer):
        def attempt(self, call: Call, attempt: CallAttempt) -> dict[str, str]:
            return {"Authorization": f"Bearer {KEY}"}

    with RawServer(_echo(lambda sent: http(f"not JSON: {sent}".encode()))) as server:
        answer = facade.client(server.base_url, observers=[Adding()]).request("GET", "/odd")
        with pytest.raises(ParseError, match=r"not JSON: \*\*\*") as caught:
            answer.json()

    _assert_silent(caught.value)


def test_headers_of_one_call_are_not_shown(facade: SyncFacade) -> None:
    with RawServer(_echo(_error_body)) as server:
        client = facade.client(server.base_url, retry=None)
        headers = {"Authorization": f"Bearer {HEADER_KEY}"}
        with pytest.raises(ApiError) as caught:
            ask(client, extra_headers=headers)
        _assert_silent(caught.value)
        builder = client.chat.completions.create().options(extra_headers=headers)
        assert _shows(repr(thing_of(builder))) is None


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
def test_errors_without_a_response_show_no_secret(
    facade: SyncFacade, holder: Callable[[SyncFacade, str], Any]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refused = holder(facade, f"http://127.0.0.1:{port}/v1")
    with pytest.raises(IoError) as caught:
        ask(refused)
    _assert_silent(caught.value)

    def stall(visit: Visit) -> None:
        visit.read_request()
        visit.wait_until_left()

    def stall_later(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(HELLO))
        visit.wait_until_left()

    with RawServer(stall, stall_later) as server:
        client = holder(facade, server.base_url)
        with pytest.raises(IoTimeout) as late:
            ask(client, timeout=Timeout(token=0.2))
        _assert_silent(late.value)
        for seconds in PATIENCE:
            heard = hear(client, timeout=Timeout(token=seconds))
            if heard.opened:
                break
        assert isinstance(heard.error, StreamTimeout)
        _assert_silent(heard.error)
        assert isinstance(heard.events[-1], StreamEvent.Error)
        assert _shows(repr(heard.events)) is None


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
def test_reprs_show_no_secret(facade: SyncFacade, holder: Callable[[SyncFacade, str], Any]) -> None:
    answers = STREAM_HEAD + chunked(HELLO, chunk("", "stop")) + b"0\r\n\r\n"

    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(answers)

    with RawServer(answer) as server:
        client = holder(facade, server.base_url)
        thing = thing_of(client)
        with stream(client) as events:
            shown = [thing, thing_of(events), thing.chat.completions.create(), thing.base_url]
            shown += [thing.chat, thing._caller.settings, thing._connection_options, thing._caller]
            for value in shown:
                assert _shows(repr(value)) is None
                assert _shows(str(value)) is None
        with pytest.raises(RequestError) as caught:
            ask(client, temprature=1)
        _assert_silent(caught.value)
        client.close()
        with pytest.raises(RequestError) as closed:
            ask(client)
        _assert_silent(closed.value)


BAD_SETTINGS: dict[str, dict[str, Any]] = {
    "key": {"api_key": f"{KEY}\n"},
    "authorization": {"headers": {"Authorization": f"Bearer {HEADER_KEY}\n"}},
    "proxy-authorization": {"headers": {"Proxy-Authorization": f"Basic {PROXY_TOKEN}\r\n"}},
    "scheme": {"base_url": f"htp://url-user:{PASSWORD}@host/v1"},
    "port": {"base_url": f"http://url-user:{PASSWORD}@host:port/v1"},
    "no host": {"base_url": f"http://url-user:{PASSWORD}@/v1"},
    "bracket": {"base_url": f"http://url-user:{PASSWORD}@[::1/v1"},
}


@pytest.mark.parametrize("settings", BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_refused_settings_show_no_secret(settings: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as caught:
        SyncVllmClient(**settings)
    _assert_silent(caught.value)


@pytest.fixture
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.usefixtures("_no_proxies")
def test_credentials_of_a_proxy_are_not_shown(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def refuse(visit: Visit) -> None:
        head = visit.read_request().decode("latin-1").lower()
        assert "proxy-authorization: basic " in head
        token = f"Basic {PROXY_TOKEN}"
        visit.send(http(f"not you: {token}".encode(), "407 Proxy Authentication Required"))

    with RawServer(refuse) as proxy:
        authority = f"proxy-user:proxy-password-0123456789@127.0.0.1:{proxy.port}"
        monkeypatch.setenv("HTTP_PROXY", f"http://{authority}")
        client = facade.client("http://vllm.example/v1", api_key=KEY, retry=None)
        with pytest.raises(VllmError) as caught:
            ask(client)
        _assert_silent(caught.value)
        assert _shows(repr(client)) is None
    with pytest.raises(VllmError) as gone:
        ask(facade.client("http://vllm.example/v1", api_key=KEY, retry=None))
    _assert_silent(gone.value)
    assert _shows(caplog.text) is None


def test_key_stays_out_of_errors_over_httpx(
    any_facade: SyncFacade, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for echo in (_error_body, ECHOES["no HTTP"][0], ECHOES["body that is no JSON"][0]):
        with RawServer(_echo(echo)) as server:
            client = _with_key(any_facade, server.base_url)
            with pytest.raises(VllmError) as caught:
                ask(client)
            _assert_silent(caught.value)
            heard = hear(client)
            _assert_silent(heard.error)
    assert _shows(caplog.text) is None
