"""Responses that servers have sent in practice, and their expected results, with both clients.

The cases are in tests/field_cases/wire; its README describes their form.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from vllm_client import StreamEvent, Timeout, VllmError

CASES = sorted((Path(__file__).parent.parent / "field_cases" / "wire").glob("*.json"))
OK_STREAM: list[Any] = [
    {"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]},
    "[DONE]",
]


def whole(body: bytes, status: int, content_type: str) -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def chunked(body: bytes, content_type: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n"
    piece = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
    return head.encode() + piece + b"0\r\n\r\n"


def events(payloads: list[Any]) -> bytes:
    """Return server-sent events, with the type of the payload as their name."""
    body = b""
    for payload in payloads:
        named = isinstance(payload, dict) and "type" in payload
        name = f"event: {payload['type']}\n" if named else ""
        text = payload if isinstance(payload, str) else json.dumps(payload)
        body += f"{name}data: {text}\n\n".encode()
    return body


def responses_of(case: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return the first response of the server, and all later ones."""
    status, kind = case["status"], case["content_type"]
    if "body_events" in case:
        first = chunked(events(case["body_events"]), kind)
    else:
        given = case["body"]
        body = (given if isinstance(given, str) else json.dumps(given)).encode()
        plain = status != 200 or kind == "application/json"
        first = whole(body, status, kind) if plain else chunked(body, kind)
    if "then" in case:
        return first, whole(json.dumps(case["then"]).encode(), 200, "application/json")
    if case["request"].get("tools"):
        return first, chunked(events(OK_STREAM), "text/event-stream")
    return first, first


class CaseServer:
    """Send the first response once, then the later one; count the requests."""

    def __init__(self, case: dict[str, Any]) -> None:
        self._first, self._later = responses_of(case)
        self._lock = threading.Lock()
        self.requests = 0

    def treat(self, visit: Visit) -> None:
        while True:
            visit.read_request()
            with self._lock:
                self.requests += 1
                is_first = self.requests == 1
            visit.send(self._first if is_first else self._later)


class Outcome:
    """The result of a case with one client."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.error: Any = None
        self.events: list[Any] = []
        self.executed: list[str] = []


def run(case: dict[str, Any], client: Any) -> Outcome:
    outcome = Outcome()

    def now(x: int = 0) -> str:
        outcome.executed.append("now")
        return "12"

    options = dict(case["request"]["args"])
    if isinstance(options.get("file"), str):
        options["file"] = options["file"].encode()
    if case["request"].get("tools"):
        options["tools"] = [now]
    try:
        _call(client, case["request"]["call"], options, outcome)
    except VllmError as error:
        outcome.error = error
    return outcome


def _call(client: Any, name: str, options: dict[str, Any], outcome: Outcome) -> None:
    method = client
    for part in name.split("."):
        method = getattr(method, part)
    if not name.endswith((".stream", ".stream_tools")):
        outcome.answer = method(**options)
        return
    with method(**options) as stream:
        outcome.events.extend(stream)
        outcome.answer = stream.response()


def arguments_of(kind: str, call: Any) -> list[Any]:
    """Return the name and arguments of a call, or the error in them."""
    if kind == "tool_uses":
        return [call.name, call.input]
    return [call.function.name, call.function.parse()] if kind == "tool_calls" else [
        call.name, call.parse()]  # fmt: skip


def check_error(right: dict[str, Any], error: Any) -> None:
    assert type(error).__name__ == right["error"], error
    if "code" in right:
        assert error.code == right["code"]
    assert right.get("says", "") in str(error)
    if "partial_content" in right:
        assert error.partial.content == right["partial_content"]
    if "partial_calls" in right:
        assert [item.name for item in error.partial.output] == right["partial_calls"]


def check_answer(right: dict[str, Any], answer: Any) -> None:
    for name in ("content", "reasoning", "finish_reason"):
        if name in right:
            assert getattr(answer, name) == right[name]
    for name, value in right.get("fields", {}).items():
        assert getattr(answer, name) == value
    if "total_tokens" in right:
        assert (answer.usage and answer.usage.total_tokens) == right["total_tokens"]
    for kind in ("tool_calls", "function_calls", "tool_uses"):
        if kind in right:
            assert [arguments_of(kind, call) for call in getattr(answer, kind)] == right[kind]
    if "distinct_ids" in right:
        assert len({call.id for call in answer.tool_calls} - {""}) == right["distinct_ids"]


def check_rest(right: dict[str, Any], outcome: Outcome, requests: int) -> None:
    if "complete_events" in right:
        complete = [isinstance(event, StreamEvent.ToolCallComplete) for event in outcome.events]
        assert complete.count(True) == right["complete_events"]
    if right.get("deltas_encode"):
        for event in outcome.events:
            str(getattr(event, "delta", "")).encode()
    if "executed" in right:
        assert outcome.executed == right["executed"]
    if "requests" in right:
        assert requests == right["requests"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_field_case_has_the_expected_result(path: Path, facade: SyncFacade) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    server = CaseServer(case)
    with RawServer(server.treat) as raw:
        client = facade.client(raw.base_url, timeout=Timeout(token=10, idle=10))
        outcome = run(case, client)
        facade.close()

    if "error" in case["right"]:
        check_error(case["right"], outcome.error)
    else:
        assert outcome.error is None, outcome.error
        check_answer(case["right"], outcome.answer)
    check_rest(case["right"], outcome, server.requests)
