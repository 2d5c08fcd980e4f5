"""What control calls share: where their keywords go, that they are sent once, and short answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ...call.build_request import build
from ...call.option_checks import CALL_OPTIONS, READING_OPTIONS, body_of, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, read_json, unexpected
from ...call.settings import ClientSettings
from ...codec.answer import Answer

T = TypeVar("T")
A = TypeVar("A", bound=Answer)


def question(
    settings: ClientSettings,
    route: str,
    read: Callable[[HttpResponse], T],
    options: Mapping[str, Any],
    *,
    keywords: Any = None,
    method: str = "GET",
) -> RequestSpec[T]:
    """The request for something that changes nothing, so that it may be repeated.

    keywords: the TypedDict of the call's keywords, which go into the query. Default: none.
    """
    known = READING_OPTIONS if keywords is None else names_of(keywords)
    return _by_query(settings, method, route, read, options, known, replayable=True)


def command_by_query(
    settings: ClientSettings,
    route: str,
    read: Callable[[HttpResponse], T],
    options: Mapping[str, Any],
    keywords: Any,
) -> RequestSpec[T]:
    """The request for a change, whose keywords go into the query. It is never sent twice."""
    known = names_of(keywords)
    return _by_query(settings, "POST", route, read, options, known, replayable=False)


def command_by_body(
    settings: ClientSettings,
    route: str,
    read: Callable[[HttpResponse], T],
    options: Mapping[str, Any],
    keywords: Any,
    fields: Mapping[str, Any] | None = None,
) -> RequestSpec[T]:
    """The request for a change, whose keywords go into the body. It is never sent twice.

    fields: what the body has before that, from the method's own parameters.
    """
    body = {**(fields or {}), **body_of(options, names_of(keywords), _method(route))}
    require(body, *(fields or ()))
    path = f"{settings.base_url.root}/{route}"
    return build(settings, "POST", path, read, body=body, call=options, replayable=False)


def names_of(keywords: Any) -> frozenset[str]:
    """All keys of a TypedDict, those that are required too."""
    return frozenset(keywords.__required_keys__ | keywords.__optional_keys__)


def _by_query(
    settings: ClientSettings,
    method: str,
    route: str,
    read: Callable[[HttpResponse], T],
    options: Mapping[str, Any],
    known: frozenset[str],
    *,
    replayable: bool,
) -> RequestSpec[T]:
    refuse_unknown(options, known, _method(route))
    query = {
        name: value
        for name, value in options.items()
        if name not in CALL_OPTIONS and value is not None
    }
    path = f"{settings.base_url.root}/{route}"
    return build(settings, method, path, read, query=query, call=options, replayable=replayable)


def _method(route: str) -> str:
    """The client's method for a route at the root, for messages."""
    return f"{route.replace('/', '_')}()"


def nothing(_: HttpResponse) -> None:
    """Reads an answer that says no more than its status."""


def brief(cls: type[A]) -> Callable[[HttpResponse], A]:
    """What reads a short answer; one without a body, as older servers have it, says nothing."""
    return lambda reply: read_answer(reply, cls) if reply.body else cls()


def field(name: str, kind: type[T]) -> Callable[[HttpResponse], T]:
    """What reads the one field of an answer that matters."""

    def read(reply: HttpResponse) -> T:
        answer = read_json(reply)
        value = answer.get(name) if isinstance(answer, dict) else None
        if type(value) is not kind:
            problem = f"$.{name}: expected {kind.__name__}, got {value!r:.80}"
            raise unexpected(reply, problem, f"$.{name}")
        return value

    return read
