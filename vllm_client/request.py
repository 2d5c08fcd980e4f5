"""The values that cross the line to the facades: what to send, one attempt, what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

import attrs

from .errors import HttpError, ParseError, VllmError, shortened
from .headers import Headers
from .json_codec import loads
from .retry import RetryPolicy
from .timeout import Timeout

T = TypeVar("T")
E = TypeVar("E", bound=VllmError)


@attrs.frozen
class Reply:
    """An answer with its whole body."""

    status: int
    headers: Headers
    body: bytes = attrs.field(repr=False)

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")


@attrs.frozen
class Content:
    """A body that is no JSON, with its content type."""

    body: bytes = attrs.field(repr=False)
    media_type: str


@attrs.frozen
class RequestSpec(Generic[T]):
    """What to send, and how to read the answer.

    target: path and query, as they stand in the request line. path: without query, for messages.
    request_id: the caller's own; None has a new one made for every attempt.
    replayable: whether sending it twice is harmless. A control call is not, and never repeated
        once it may have arrived.
    secrets: strings that no error may show.
    fit: where the request depends on the server's version, the request for that version. It
        raises RequestError, or warns, for what that version ignores.
    """

    method: str
    target: str
    path: str
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    read: Callable[[Reply], T]
    timeout: Timeout
    retry: RetryPolicy
    request_id: str | None = None
    replayable: bool = True
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    fit: Callable[[str], RequestSpec[T]] | None = attrs.field(default=None, repr=False)

    def scrubbed(self, error: E) -> E:
        """The error, told its request, and without a trace of the request's secrets.

        Nor is there one in the errors behind it, which a traceback shows as well.
        """
        error.of_request(self.method, self.path)
        return without_secrets(error, self.secrets)


@attrs.frozen
class Attempt(Generic[T]):
    """One attempt: wait so many seconds, then send this, on a fresh connection or any."""

    spec: RequestSpec[T]
    request_id: str
    wait: float = 0.0
    fresh: bool = False

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All header fields but the length."""
        return (*self.spec.headers, ("x-request-id", self.request_id))


def read_json(reply: Reply) -> Any:
    """The JSON of an answer. Raises ParseError."""
    try:
        return loads(reply.body.decode())
    except (ValueError, RecursionError) as error:
        kind = reply.headers.get("content-type", "no content-type")
        raise unexpected(reply, f"expected JSON, got {kind}: {error}") from error


def unexpected(reply: Reply, problem: str, where: str = "$") -> ParseError:
    """The error of an answer that the endpoint never gives."""
    error = ParseError(problem, where)
    error.status = reply.status
    error.body = shortened(reply.text)
    return error


def refuse_redirect(status: int, headers: Headers) -> HttpError:
    """The error of a 3xx: credentials do not follow to wherever it points."""
    error = HttpError(f"{status} redirects to {headers.get('location', 'nowhere')!r}: not followed")
    error.status = status
    return error


def without_secrets(error: E, secrets: Iterable[str]) -> E:
    """The error, and those behind it, without a trace of these."""
    for each in _with_causes(error):
        for secret in secrets:
            _scrub(each, secret)
    return error


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException | None] = [None]
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is not None and each not in seen:
            seen.append(each)
            left += [each.__cause__, each.__context__]
            yield each


def _scrub(error: BaseException, secret: str) -> None:
    """Change what shows the secret, and touch nothing else: the error may be somebody else's."""
    args = tuple(_without(secret, part) for part in error.args)
    if args != error.args:
        error.args = args
    for name, value in vars(error).items():
        scrubbed = _without(secret, value)
        if scrubbed is not value:
            setattr(error, name, scrubbed)


# Messages quote the server in part: of a secret at the cut there may be a beginning or an end. What
# is shorter tells nobody anything.
_SHORTEST_PIECE = 8


def _without(secret: str, value: Any) -> Any:
    head, tail = secret[:_SHORTEST_PIECE], secret[-_SHORTEST_PIECE:]
    if not secret or not isinstance(value, str) or (head not in value and tail not in value):
        return value
    for length in range(len(secret), min(len(secret), _SHORTEST_PIECE) - 1, -1):
        for piece in {secret[:length], secret[-length:]}:
            value = value.replace(piece, "***")
    return value
