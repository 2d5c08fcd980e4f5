"""One log line for each answered request, made from the bytes on its connection."""

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
    """A request, and as much of its answer as was sent. `status` is None if no head was sent.

    `request` and `body` are bytes without transfer coding; `note` says what was unusual.
    """

    method: str
    target: str
    request: bytes
    status: int | None
    body: bytes
    seconds: float
    note: str = ""

    def __str__(self) -> str:
        """Method, path, status, model, tokens, seconds; then what was unusual."""
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
    """The request with the bytes that were sent on its connection."""
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
        "(the client left)" if left else "" if whole else "(broken off)",
    )


def _answers(body: bytes) -> Iterator[dict[str, Any]]:
    """The JSON object of a plain answer, or those of a stream, the last first."""
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
    """A field of an answer, or of the response or message that an event is about."""
    for answer in answers:
        for value in (answer, answer.get("response"), answer.get("message")):
            if isinstance(value, dict) and value.get(name):
                return value[name]
    return None


def _tokens(answers: list[dict[str, Any]]) -> str:
    """Tokens of the prompt and of the answer; of a stream without usage, one for each choice."""
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
