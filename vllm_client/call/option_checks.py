"""Check a caller's keywords before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from ..errors import RequestError
from ..http.secrets import hidden

OptionsT = TypeVar("OptionsT")

# Options of this package, for one call; everything else is a field of the request's body.
CALL_OPTIONS = frozenset(
    {"extra_body", "extra_headers", "extra_query", "timeout", "retry", "thinking", "wait", "server"}
)

# Those of a call that sends no body.
READING_OPTIONS = CALL_OPTIONS - {"extra_body", "thinking", "wait"}

# Where a name that vLLM had, or that others have, went.
_RENAMED = {
    "guided_json": 'structured_outputs={"json": …}',
    "guided_regex": 'structured_outputs={"regex": …}',
    "guided_choice": 'structured_outputs={"choice": […]}',
    "guided_grammar": 'structured_outputs={"grammar": …}',
    "guided_decoding_backend": "a setting of the server since vLLM 0.12",
    "functions": "tools=[…]",
    "function_call": "tool_choice=…",
    "best_of": "n=…",
    "prompt": "messages=[…], or client.completions",
    "messages": "prompt=… or input=…, or client.chat.completions",
    "max_retries": "retry=…",
    "enable_thinking": 'chat_template_kwargs={"enable_thinking": …}',
}


_NO_TOOLS = (str, bytes, int, float, list, tuple)


class _Absent:
    def __repr__(self) -> str:
        return "<not given>"


# The default of the content of a request, which may stand first in a call or be given by its name.
ABSENT: Any = _Absent()

NOTHING: Mapping[str, str] = MappingProxyType({})


def body_of(
    options: Mapping[str, Any],
    known: Collection[str],
    what: str,
    call_options: Collection[str] = CALL_OPTIONS,
    withdrawn: Mapping[str, str] = NOTHING,
) -> dict[str, Any]:
    """The body's fields: the options that were given, with extra_body merged over them.

    Args:
        options: What the caller gave.
        known: The names of all options of the method.
        what: The method, for error messages.
        call_options: The known options that are not fields of the body.
        withdrawn: Fields that vLLM has and the method does not offer -> the reason.

    Raises:
        RequestError: An option is unknown or withdrawn, `tools` has what can be none, or
            extra_body is not a mapping.
    """
    refuse_unknown(options, known, what, withdrawn)
    body = {name: value for name, value in options.items() if name not in call_options}
    if body.get("tools") is not None:
        body["tools"] = _checked_tools(body["tools"])
    extra = options.get("extra_body")
    if not extra:
        return body
    if not isinstance(extra, Mapping):
        raise RequestError(f"extra_body: expected a mapping, got {extra!r:.80}")
    return {**body, **extra}


def _checked_tools(tools: Any) -> list[Any]:
    """The tools as a list. Raises RequestError for a value that no server takes for a tool."""
    if isinstance(tools, str | bytes | Mapping) or not isinstance(tools, Iterable):
        hint = "; write tools=[function_tool(…)]" if callable(tools) else ""
        raise RequestError(f"tools: expected a list of tools, got {tools!r:.80}{hint}")
    found = list(tools)
    for number, tool in enumerate(found):
        if tool is None or isinstance(tool, _NO_TOOLS):
            raise RequestError(f"tools[{number}]: expected a tool, got {tool!r:.80}")
    return found


def require(given: Mapping[str, Any], *names: str | tuple[str, ...]) -> None:
    """Raise RequestError for a name that has no value; of several in a tuple, one must have."""
    for name in names:
        either = (name,) if isinstance(name, str) else name
        if all(given.get(one) is None for one in either):
            raise missing(" or ".join(either))


def missing(name: str) -> RequestError:
    """The refusal of a request that lacks what it needs."""
    return RequestError(f"{name}: missing, and the server has no default for it")


def plain_body(body: dict[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a plain call. Raises RequestError for options that only a stream has."""
    if body.get("stream"):
        raise RequestError("stream is set: a stream is opened by send_stream() or stream()")
    if "wait" in options:
        raise RequestError("wait: only a stream can be returned before its first delta")
    return body


def refuse_unknown(
    names: Collection[str],
    known: Collection[str],
    what: str,
    withdrawn: Mapping[str, str] = NOTHING,
) -> None:
    """Check the names of options before vLLM ignores an unknown one with status 200.

    Args:
        names: What the caller gave.
        known: The names of all options.
        what: The method or object that has them, for error messages.
        withdrawn: Names that vLLM has and that are not offered here -> the reason.

    Raises:
        RequestError: A name is not known; the message has the nearest known name, or the reason
            why the option is withdrawn.
    """
    with_hidden_headers(names)
    for name in names:
        if name not in known:
            why = withdrawn.get(name)
            hint = f": {why}" if why else _did_you_mean(name, known)
            past = " (extra_body sends what has no name here)" if "extra_body" in known else ""
            raise RequestError(f"{what} has no option {name!r}{hint}{past}")


def _did_you_mean(name: str, known: Collection[str]) -> str:
    hint = _RENAMED.get(name) or _nearest(name, known)
    return f"; did you mean {hint}?" if hint else ""


def with_hidden_headers(options: OptionsT) -> OptionsT:
    """The same keywords of a call, the values of header fields kept out of their repr.

    The keywords stand in local variables for as long as the call lasts. Their dict is Python's, or
    a builder's, never the caller's own, and its meaning stays the same.
    """
    given: Any = options
    for name in ("extra_headers", "headers"):
        if name in given and isinstance(given, dict) and isinstance(given[name], Mapping):
            given[name] = hidden(given[name])
    return options


def with_content(name: str, content: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a call, with the content that stands first in it, if any, under its name."""
    with_hidden_headers(options)
    return options if content is ABSENT else {name: content, **options}


def _nearest(name: str, known: Collection[str]) -> str | None:
    from difflib import get_close_matches  # slow to load, and for mistakes only

    longer = [one for one in sorted(known) if len(name) > 2 and one.startswith(f"{name}_")]
    matches = longer or get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return matches[0] if matches else None
