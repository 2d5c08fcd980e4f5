"""Methods of the client that one value describes: route, keywords, and how the answer is read.

Such a value is a builder: it makes the request from the settings and the options of a call.
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
    """What both kinds of calls have.

    Attributes:
        route: Where the request goes.
        read: Decodes the answer.
        keywords: The TypedDict of the keywords that the method takes.
        optional: Parameters of the method beside its keywords, sent in the same way.
        name: The method's name in messages. Default: that of the route's path.
        adjust: Checks or changes what was given before it is sent. It may raise RequestError.
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
    """A call whose keywords go into the query of the URL."""

    def __call__(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[T]:
        """The request. Raises RequestError."""
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
    """A call whose keywords go into the JSON body.

    Attributes:
        required: Parameters of the method beside its keywords, which the server needs.
    """

    keywords: Any = GenerationCallOptions
    required: tuple[str, ...] = attrs.field(default=(), kw_only=True)

    def __call__(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[T]:
        """The request. Raises RequestError."""
        known = names_of(self.keywords).union(self.required, self.optional)
        body = body_of(options, known, self.name)
        require(body, *self.required)
        return build_request(settings, self.route, self.read, body=self.adjust(body), call=options)


def names_of(keywords: Any) -> frozenset[str]:
    """All keys of a TypedDict, those that are required too."""
    return frozenset(keywords.__required_keys__ | keywords.__optional_keys__)


def nothing(reply: HttpResponse) -> None:
    """Ignore the body of an answer. Raises ApiError if it reports an error."""
    if reply.body.lstrip().startswith(b"{"):
        read_success(reply)


def brief(cls: type[A]) -> Callable[[HttpResponse], A]:
    """Make a reader of answers; without a body, as older servers send it, all is default."""
    return lambda reply: read_answer(reply, cls) if reply.body else cls()


def field(name: str, kind: type[T]) -> Callable[[HttpResponse], T]:
    """Make a reader that returns one field of an answer, and raises ParseError without it."""

    def read(reply: HttpResponse) -> T:
        answer = read_success(reply)
        value = answer.get(name) if isinstance(answer, dict) else None
        if type(value) is not kind:
            problem = f"$.{name}: expected {kind.__name__}, got {value!r:.80}"
            raise unexpected(reply, problem, f"$.{name}")
        return value

    return read
