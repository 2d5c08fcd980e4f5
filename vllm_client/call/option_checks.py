"""Validate a caller's keywords before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from ..errors import RequestError
from ..http.secrets import hidden

OptionsT = TypeVar("OptionsT")

# Options of this package for one call; all other options are fields of the request body.
CALL_OPTIONS = frozenset(
    {"extra_body", "extra_headers", "extra_query", "timeout", "retry", "thinking", "wait", "server"}
)

# Options of a call that sends no body.
READING_OPTIONS = CALL_OPTIONS - {"extra_body", "thinking", "wait"}

# Names of older vLLM versions, of other APIs and of other methods -> what to use instead.
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


# Default of the content parameter, which callers pass as the first argument or by its name.
ABSENT: Any = _Absent()

NOTHING: Mapping[str, str] = MappingProxyType({})


def body_of(
    options: Mapping[str, Any],
    known: Collection[str],
    what: str,
    call_options: Collection[str] = CALL_OPTIONS,
    withdrawn: Mapping[str, str] = NOTHING,
) -> dict[str, Any]:
    """Return the fields of the body: the given options, overridden by extra_body.

    Args:
        options: The options of the caller.
        known: The names of all options of the method.
        what: The name of the method, for error messages.
        call_options: The known options that are not fields of the body.
        withdrawn: Fields of vLLM that the method does not support -> the reason.

    Raises:
        RequestError: An option is unknown or withdrawn, an item of `tools` is not a tool, or
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
    """Return the tools as a list. Raise RequestError for a value that cannot be a tool."""
    if isinstance(tools, str | bytes | Mapping) or not isinstance(tools, Iterable):
        hint = "; write tools=[function_tool(…)]" if callable(tools) else ""
        raise RequestError(f"tools: expected a list of tools, got {tools!r:.80}{hint}")
    found = list(tools)
    for number, tool in enumerate(found):
        if tool is None or isinstance(tool, _NO_TOOLS):
            raise RequestError(f"tools[{number}]: expected a tool, got {tool!r:.80}")
    return found


def require(given: Mapping[str, Any], *names: str | tuple[str, ...]) -> None:
    """Raise RequestError if a required option is missing.

    Args:
        given: The options of the caller.
        names: The required options; for a tuple, one of its options is required.
    """
    for name in names:
        either = (name,) if isinstance(name, str) else name
        if all(given.get(one) is None for one in either):
            raise missing(" or ".join(either))


def missing(name: str) -> RequestError:
    """Return the error of a missing required option."""
    return RequestError(f"{name}: missing, and the server has no default for it")


def plain_body(body: dict[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a plain call. Raise RequestError for options of streams."""
    if body.get("stream"):
        raise RequestError("stream is set: a stream is opened by send_stream() or stream()")
    if "wait" in options:
        raise RequestError(
            "wait: this call has no stream; wait= applies to stream() and send_stream()"
        )
    return body


def refuse_unknown(
    names: Collection[str],
    known: Collection[str],
    what: str,
    withdrawn: Mapping[str, str] = NOTHING,
) -> None:
    """Reject unknown options, which vLLM would silently ignore (with status 200).

    Args:
        names: The names of the given options.
        known: The names of all options.
        what: The method or object that takes the options, for error messages.
        withdrawn: Options of vLLM that are not supported here -> the reason.

    Raises:
        RequestError: A name is unknown; the message has the nearest known name, or the reason why
            the option is not supported.
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
    """Hide header values in the repr of a call's keywords; return the keywords.

    Error trackers may upload the repr of local variables, which contain the keywords during a call.
    The dict is modified in place. It is a dict of `**kwargs` or of a builder, not of the caller,
    and hidden values behave like the originals.
    """
    given: Any = options
    for name in ("extra_headers", "headers"):
        if name in given and isinstance(given, dict) and isinstance(given[name], Mapping):
            given[name] = hidden(given[name])
    return options


def with_content(name: str, content: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Add content that was passed as the first argument to the options, under its name.

    Args:
        name: The name of the content option, such as `messages`.
        content: The first argument; ABSENT if it was not given.
        options: The other options of the call.
    """
    with_hidden_headers(options)
    return options if content is ABSENT else {**options, name: content}


def _nearest(name: str, known: Collection[str]) -> str | None:
    from difflib import get_close_matches  # slow to import, and needed only for errors

    longer = [one for one in sorted(known) if len(name) > 2 and one.startswith(f"{name}_")]
    matches = longer or get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return matches[0] if matches else None
