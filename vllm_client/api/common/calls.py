"""Objects that describe simple methods of the client: route, keywords, response decoder.

Calling such an object with the settings and options of a call builds the request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import attrs

from ...call.build_request import build_request
from ...call.option_checks import CALL_OPTIONS, body_of, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, read_success, unexpected
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ...vllm.routes import Route
from .options import CallOptions, GenerationCallOptions

T = TypeVar("T")
A = TypeVar("A", bound=Answer)
Fields = dict[str, Any]


def _method_of(route: Route) -> str:
    return f"{route.path.strip('/').replace('/', '_')}()"


def _unchanged(options: Fields) -> Fields:
    return options


@attrs.frozen
class _Call(Generic[T]):
    """The common part of both kinds of calls.

    Attributes:
        route: The route of the request.
        read: Decodes the response.
        keywords: The TypedDict of the method's keywords.
        optional: Further parameters of the method, which are sent as well.
        name: The name of the method in errors. Default: made from the path of the route.
        adjust: Checks or changes the options before they are sent. It may raise RequestError.
    """

    route: Route
    read: Callable[[HttpResponse], T]
    keywords: Any = CallOptions
    optional: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    name: str = attrs.field(
        default=attrs.Factory(lambda call: _method_of(call.route), takes_self=True), kw_only=True
    )
    adjust: Callable[[Fields], Fields] = attrs.field(default=_unchanged, kw_only=True)


@attrs.frozen
class QueryCall(_Call[T]):
    """A call that sends its keywords in the query of the URL."""

    def __call__(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[T]:
        """Build the request. Raises RequestError."""
        path = self.route.parameters
        refuse_unknown(options, names_of(self.keywords).union(self.optional, path), self.name)
        given = self.adjust(dict(options))
        apart = CALL_OPTIONS.union(path)
        return build_request(
            settings,
            self.route,
            self.read,
            parameters={name: given[name] for name in path},
            query={
                name: value
                for name, value in given.items()
                if name not in apart and value is not None
            },
            call=given,
        )


@attrs.frozen
class BodyCall(_Call[T]):
    """A call that sends its keywords in the JSON body.

    Attributes:
        keywords: The TypedDict of the method's keywords.
        required: Parameters of the method that the server requires.
    """

    keywords: Any = GenerationCallOptions
    required: tuple[str, ...] = attrs.field(default=(), kw_only=True)

    def __call__(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[T]:
        """Build the request. Raises RequestError."""
        known = names_of(self.keywords).union(self.required, self.optional)
        body = body_of(options, known, self.name)
        require(body, *self.required)
        return build_request(settings, self.route, self.read, body=self.adjust(body), call=options)


def names_of(keywords: Any) -> frozenset[str]:
    """Return all keys of a TypedDict, required and optional."""
    return frozenset(keywords.__required_keys__ | keywords.__optional_keys__)


def nothing(reply: HttpResponse) -> None:
    """Ignore the body of a response. Raises ApiError if it reports an error."""
    if reply.body.lstrip().startswith(b"{"):
        read_success(reply)


def brief(cls: type[A]) -> Callable[[HttpResponse], A]:
    """Return a decoder for `cls` that accepts an empty body, which older servers send."""
    return lambda reply: read_answer(reply, cls) if reply.body else cls()


def field(name: str, kind: type[T]) -> Callable[[HttpResponse], T]:
    """Return a decoder that returns one field of the response, or raises ParseError without it."""

    def read(reply: HttpResponse) -> T:
        answer = read_success(reply)
        value = answer.get(name) if isinstance(answer, dict) else None
        if type(value) is not kind:
            problem = f"$.{name}: expected {kind.__name__}, got {value!r:.80}"
            raise unexpected(reply, problem, f"$.{name}")
        return value

    return read
