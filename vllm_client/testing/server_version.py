"""Differences between versions of vLLM: errors, reasoning, JSON."""

import json
import re
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from ..vllm.routes import Route
from ..vllm.versions import version_numbers
from .socket_steps import Event, Send, SocketResponse, phrase

_ERROR_TYPES = {
    400: "BadRequestError",
    404: "NotFoundError",
    500: "InternalServerError",
}

DONE = Event(b"data: [DONE]\n\n")


def _check_version(_behavior: Any, _field: Any, version: object) -> None:
    if not isinstance(version, str) or version_numbers(version) is None:
        raise ValueError(f"version: expected one such as 0.33.0, got {version!r:.80}")


@frozen
class VersionBehavior:
    """The behavior of a server of this version with these parsers."""

    version: str = field(default="0.33.0", validator=_check_version)
    reasoning_parser: bool = True
    tool_parser: bool = True

    def since(self, *numbers: int) -> bool:
        """Whether the version is the given one or a later one."""
        return self._numbers >= numbers

    @property
    def _numbers(self) -> tuple[int, ...]:
        return version_numbers(self.version) or ()

    def has(self, route: Route) -> bool:
        """Whether this version has the route."""
        return route.since is None or self._numbers >= (version_numbers(route.since) or ())

    @property
    def fingerprint(self) -> str:
        return f"vllm-{self.version}-51ca7ed0"

    @property
    def parses(self) -> bool:
        return self.reasoning_parser or self.tool_parser

    @property
    def transfer_params(self) -> dict[str, None]:
        """The last fields of chat and completion chunks; none before 0.33."""
        return {"kv_transfer_params": None} if self.since(0, 33) else {}

    def weight_versions(self, spans: list[dict[str, Any]] | None) -> dict[str, Any]:
        """Return the field with the weight versions of a choice; no field before 0.33."""
        return {"weight_versions": spans} if self.since(0, 33) else {}

    def reasoning(self, text: str | None) -> dict[str, str | None]:
        """Return reasoning under its name: `reasoning_content` until 0.15, `reasoning` since 0.15.

        The release 0.15 was observed to send both.
        """
        if self.since(0, 16):
            return {"reasoning": text}
        if self.since(0, 15):
            return {"reasoning": text, "reasoning_content": text}
        return {"reasoning_content": text}

    def error(self, code: int, message: str, type: str | None, param: str | None) -> dict[str, Any]:
        """Return the body of an error: nested in `error` since 0.10.1 (vllm-project/vllm#22099)."""
        error = {"message": message, "type": type or error_type(code), "param": param, "code": code}
        if self.since(0, 10, 1):
            return {"error": error}
        return {"object": "error", **error}

    def error_event(self, code: int, message: str, type: str) -> Event:
        """Return an error event. In streams, older versions nest the error too."""
        error = self.error(code, message, type, None)
        wrapped = error if "error" in error else {"error": error}
        if self.since(0, 33):
            return event(wrapped)
        # vLLM 0.32 encodes this event with json.dumps, which writes spaces, unlike other events.
        return Event(f"data: {json.dumps(wrapped)}\n\n".encode())

    def error_answer(
        self,
        code: int,
        message: str,
        type: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> SocketResponse:
        return json_answer(self.error(code, message, type, param), code, headers)


def error_type(code: int) -> str:
    """Return the name that vLLM gives to errors of this status."""
    return _ERROR_TYPES.get(code) or phrase(code) or "Error"


def dump(value: Any) -> bytes:
    """Return compact JSON without ASCII escapes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def event(value: Any) -> Event:
    return Event(b"data: " + dump(value) + b"\n\n")


def named_event(name: str, value: Any) -> Event:
    return Event(f"event: {name}\n".encode() + event(value).data)


def plain_answer(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None, wait: float = 0.0
) -> SocketResponse:
    """Return an answer with a `content-length`, unless the headers already have one."""
    given = {name.lower(): value for name, value in (headers or {}).items()}
    length = {} if "content-length" in given else {"content-length": str(len(body))}
    return SocketResponse(status, length | given, (Send(body),) if body else (), len(body), wait)


def raw_answer(body: bytes, status: int, headers: Mapping[str, str]) -> SocketResponse:
    """Return a body unchanged; an event stream is sent in one HTTP chunk per event, as by vLLM."""
    kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
    if not any(kind.startswith("text/event-stream") for kind in kinds):
        return plain_answer(body, status, headers)
    return SocketResponse(
        status, headers, [Event(text) for text in _EVENT.findall(body)], length=None
    )


_EVENT = re.compile(rb".+?(?:\r\n\r\n|\n\n|\r\r|\Z)", re.DOTALL)


def json_answer(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None, wait: float = 0.0
) -> SocketResponse:
    body = dump(value)
    given = {"content-length": str(len(body)), "content-type": "application/json"}
    return plain_answer(body, status, {**(headers or {}), **given}, wait)
