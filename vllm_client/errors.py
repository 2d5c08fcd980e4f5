"""The exceptions of this package: one tree, with VllmError as its root.

They are plain classes, so that they can be pickled, take attributes and inherit from built-in
exceptions: `except OSError` catches an IoError, `except TimeoutError` every timeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from typing import ClassVar, Literal, Self, TypeAlias

    from .record import Call

    Reason: TypeAlias = Literal["refused", "length", "no_content", "tool_calls", "mismatch"]

# Max characters. A validation error of vLLM may contain the whole request, which can be megabytes.
MAX_TEXT = 4096


def shortened(text: str, longest: int = MAX_TEXT) -> str:
    """Replace the middle of a text by a note if it has more than `longest` characters."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]} … {len(text) - 2 * half} characters left out … {text[-half:]}"


class VllmError(Exception):
    """The root of all exceptions of this package.

    Attributes:
        message: What went wrong, without the request.
        method: The HTTP method of the request; None without a request.
        path: The path of the request, without host and query; None without a request.
        request_ids: The X-Request-Id of each attempt, in order.
        status: The HTTP status; None if no response arrived.
    """

    method: str | None = None
    path: str | None = None
    request_ids: tuple[str, ...] = ()
    status: int | None = None

    # the attributes that `to_dict` adds for this class and its subclasses
    _facts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    @property
    def call(self) -> Call | None:
        """The record of the call: attempts, times, tokens.

        None if no call was started, and for an error that was copied or unpickled.
        """
        return _CALLS.get(self)

    @call.setter
    def call(self, call: Call) -> None:
        _CALLS[self] = call

    @property
    def request_id(self) -> str | None:
        """The X-Request-Id of the last attempt."""
        return self.request_ids[-1] if self.request_ids else None

    def of_request(self, method: str, path: str, request_ids: tuple[str, ...] = ()) -> Self:
        """Set the request of the error, and return the error.

        Args:
            method: The HTTP method of the request.
            path: The path of the request.
            request_ids: The X-Request-Id of each attempt. Default: those of the error.
        """
        self.method, self.path = method, path
        self.request_ids = request_ids or self.request_ids
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the error as values that JSON can represent, for logs and files.

        Every error has the same first keys: `class`, `message`, `method`, `path`, `status`, `code`,
        `type` and `param`, which are None where the error has no such value; `request_ids`; and
        `attempts`, with all attributes of each `CallAttempt`, empty if `call` is None. The other
        attributes of its class follow, such as the `clock` of a timeout. Prompts, responses and
        bodies (`body`, `partial`, `response`, `text`, `messages`) are not included.
        """
        common = ("message", "method", "path", "status", "code", "type", "param")
        classes = reversed(type(self).__mro__)
        own = [name for cls in classes for name in vars(cls).get("_facts", ())]
        return {
            "class": type(self).__name__,
            **{name: getattr(self, name, None) for name in common},
            "request_ids": list(self.request_ids),
            "attempts": [attempt.to_dict() for attempt in self.call.attempts] if self.call else [],
            **{name: getattr(self, name) for name in own},
        }

    def __str__(self) -> str:
        if self.method is None:
            return self.message
        tries = f", {len(self.request_ids)} attempts" if len(self.request_ids) > 1 else ""
        request_id = f", request id {self.request_id}" if self.request_id else ""
        return f"{self.message} ({self.method} {self.path}{request_id}{tries})"


# Error -> the record of its call. Not an attribute, which would be pickled with the error, and not
# a slot, which a subclass of OSError cannot add.
_CALLS: WeakKeyDictionary[VllmError, Call] = WeakKeyDictionary()


class RequestError(VllmError, ValueError):
    """The call is invalid; nothing was sent."""


class BulkFileError(VllmError, OSError):
    """A file of a bulk run cannot be used; the answers that were written before are kept.

    For example the disk is full, the folder is read-only, another run writes to the same output, or
    a line of the output is damaged.

    Attributes:
        filename: The path of the file.
        errno: The error number of the operating system, if any.
        offset: The byte at which a damaged line begins; None for other errors.
    """

    offset: int | None = None
    _facts = ("filename", "errno", "offset")

    def __init__(self, message: str, path: str, errno: int | None = None) -> None:
        super().__init__(message)
        self.args = (message, path, errno)
        self.filename = path
        self.errno = errno


class IoError(VllmError, OSError):
    """No complete response: the connection was refused, reset or lost.

    Attributes:
        failure: "refused": the server cannot be reached at the moment (connection refused, host or
            network unreachable, temporary failure of name resolution). "no_address": the host name
            or the Unix socket does not exist. "tls": the TLS handshake failed (certificate,
            version, or only one side uses TLS). "lost": the connection broke, or could not be
            opened for another reason. "timeout": an IoTimeout.
        may_have_arrived: Whether the server may have received the request.
        died_in_pool: Whether a reused connection broke before the first byte of the response. This
            happens when the server closes idle connections.
    """

    failure: Literal["refused", "no_address", "tls", "lost", "timeout"] = "lost"
    may_have_arrived = True
    died_in_pool = False
    _facts: ClassVar[tuple[str, ...]] = ("failure", "may_have_arrived", "died_in_pool")


class IoTimeout(IoError, TimeoutError):
    """The response did not arrive in time.

    Attributes:
        clock: The limit that was exceeded: connect, queue, token, idle or total.
        seconds: The limit.
    """

    failure = "timeout"
    _facts = ("clock", "seconds")

    def __init__(self, message: str, clock: str, seconds: float) -> None:
        super().__init__(message)
        self.args = (message, clock, seconds)
        self.clock = clock
        self.seconds = seconds


class HttpError(VllmError):
    """The response is not usable HTTP: malformed, a redirect, too long, or of unknown encoding."""


class ApiError(VllmError):
    """The server reported an error.

    Either the status is 400 or above, or a response of status 200 contains an error before the
    first delta. Common statuses have subclasses, such as RateLimitError for 429: see
    `status_errors.py`.
    An error inside a response of status 200 is of the class ApiError, not a subclass.

    Attributes:
        code: The HTTP status, or the code inside a response of status 200.
        type: The server's name of the error, such as "NotFoundError" or "BadRequestError".
        param: The field that caused the error.
        body: The text of the response, shortened to 4,096 characters.
        retry_after: Seconds to wait, if the server sent a Retry-After header.
    """

    _facts = ("retry_after",)

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.args = (message, code)
        self.code = code
        self.status = code
        self.type: str | None = None
        self.param: str | None = None
        self.body: str = ""
        self.retry_after: float | None = None

    def __str__(self) -> str:
        kind = f" {self.type}" if self.type else ""
        return f"{self.code}{kind}: {super().__str__()}"


class StreamError(VllmError):
    """A stream failed after it had begun: lost, silent, incomplete, or ended by a server error.

    It is also raised when a closed stream is read.

    Attributes:
        begun: Whether the caller had received an event; if not, the request may be sent again.
        failure: "cut" if the bytes ended too early; None if the server reported an error or sent an
            invalid event.
        partial: The part that has arrived, an instance of the response class of the call, perhaps
            without choices; None for a raw stream, and before a stream has begun.
        code: The code of the error that the server reported in the stream, if any.
        type: The server's name of that error.
        param: The field that caused that error.
    """

    _facts = ("begun", "failure")

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.begun = False
        self.failure: Literal["cut"] | None = None
        self.partial: Any = None
        self.code: int | None = None
        self.type: str | None = None
        self.param: str | None = None


class StreamTimeout(StreamError, TimeoutError):
    """A stream sent no data, or did not end, in time.

    Attributes:
        clock: The limit that was exceeded: token, idle or total.
        seconds: The limit.
    """

    _facts = ("clock", "seconds")

    def __init__(self, message: str, clock: str, seconds: float) -> None:
        super().__init__(message)
        self.args = (message, clock, seconds)
        self.clock = clock
        self.seconds = seconds


class ParseError(VllmError, ValueError):
    """A response of status 200 does not have the format of its route.

    Attributes:
        where: The JSON path of the error, such as `$.choices[0].index`.
        body: The text of the response, shortened to 4,096 characters.
        partial: The response, if its only error is that it has too few results.
    """

    _facts = ("where",)

    def __init__(self, message: str, where: str = "$") -> None:
        super().__init__(message)
        self.args = (message, where)
        self.where = where
        self.body: str = ""
        self.partial: Any = None


class AnswerError(ParseError):
    """The answer of the model is not an instance of the requested type.

    Attributes:
        reason: "refused": by the model or a filter. "length": truncated by the token limit.
            "no_content": only reasoning. "tool_calls": tool calls instead of an answer.
            "mismatch": JSON that does not match the type, or not JSON.
        text: The text of the model: its answer, else its refusal, else its reasoning.
        response: The whole response, as `create` returns it.
        where: The JSON path of the error in the answer.
    """

    reason: Reason = "mismatch"
    text: str = ""
    response: Any = None
    _facts = ("reason",)


class ToolRoundsError(VllmError):
    """The model still calls tools in the last answer that `max_rounds` allows.

    Attributes:
        messages: The conversation up to the last results of tools. Pass it as `messages` to
            continue.
        response: The last answer, whose calls were not made.
    """

    messages: list[Any]
    response: Any = None

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.messages = []


class BulkError(VllmError):
    """A bulk run ended early: too many rows failed, or the server was unreachable for too long.

    Its `__cause__` is the last error. The answers that were written are kept.

    Attributes:
        reason: The option that ended the run: "max_errors" or "server_patience".
    """

    _facts = ("reason",)

    def __init__(self, message: str, reason: Literal["max_errors", "server_patience"]) -> None:
        super().__init__(message)
        self.args = (message, reason)
        self.reason = reason
