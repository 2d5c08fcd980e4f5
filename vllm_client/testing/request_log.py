"""One log line for each answered request, parsed from the bytes sent on its connection."""

import json
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from .. import VllmError
from ..http.http1 import ResponseReader
from .replies import ReceivedRequest

_MAX_MESSAGE_CHARACTERS = 300


@frozen
class AnsweredRequest:
    """A request and the part of its answer that was sent.

    Attributes:
        method: The method.
        target: The path with the query, as sent.
        request: The body of the request, without transfer coding.
        status: The status; None if no head was sent.
        body: The body of the answer, without transfer coding.
        seconds: How long the answer took.
        note: A remark on an unusual end, for the log.
    """

    method: str
    target: str
    request: bytes
    status: int | None
    body: bytes
    seconds: float
    note: str = ""

    def __str__(self) -> str:
        """Return method, path, status, model, tokens, seconds, and a note if any."""
        answers = list(_answers(self.body))
        asked = _object(self.request)
        line = [
            self.method,
            self.target,
            "-" if self.status is None else f"{self.status}",
            str(asked.get("model") or _found(answers, "model") or ""),
            _tokens(answers),
            f"{self.seconds:.3f} s",
            self.note,
            _message(answers) if (self.status or 0) >= 400 else "",
        ]
        return " ".join(filter(None, line))


def answered(
    request: ReceivedRequest, wire: bytes, seconds: float, *, left: bool
) -> AnsweredRequest:
    """Parse the answer from the bytes that were sent on the connection."""
    reader = ResponseReader(request.method, decode=False)
    try:
        reader.feed(wire)
        whole = reader.complete
    except VllmError:
        whole = False
    return AnsweredRequest(
        request.method,
        request.target,
        request.body,
        None if reader.head is None else reader.head.status,
        reader.take(),
        seconds,
        "(client disconnected)" if left else "" if whole else "(incomplete answer)",
    )


def _answers(body: bytes) -> Iterator[dict[str, Any]]:
    """Yield the object of a plain answer, or a stream's objects from last to first."""
    if body.lstrip()[:1] == b"{":
        yield _object(body)
        return
    for line in reversed(body.splitlines()):
        if line.startswith(b"data:"):
            yield _object(line[5:])


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _found(answers: list[dict[str, Any]], name: str) -> Any:
    """Return a field of an answer, or of the response or message inside an event."""
    for answer in answers:
        for value in (answer, answer.get("response"), answer.get("message")):
            if isinstance(value, dict) and value.get(name):
                return value[name]
    return None


def _tokens(answers: list[dict[str, Any]]) -> str:
    """Return the tokens of prompt and answer; without usage, estimate from the deltas."""
    usage = _found(answers, "usage")
    if isinstance(usage, dict):
        prompt = usage.get("prompt_tokens", usage.get("input_tokens", 0))
        completion = usage.get("completion_tokens", usage.get("output_tokens", 0))
        return f"{prompt}+{completion} tokens"
    pieces = sum(len(answer.get("choices") or ()) for answer in answers)
    return f"about {pieces} tokens" if pieces else ""


def _message(answers: list[dict[str, Any]]) -> str:
    error = _found(answers, "error") or _found(answers, "detail") or (answers or [{}])[0]
    message = str(error.get("message", "") if isinstance(error, dict) else error)
    more = "…" if len(message) > _MAX_MESSAGE_CHARACTERS else ""
    return message[:_MAX_MESSAGE_CHARACTERS] + more
