"""The errors a caller meets: one tree, VllmError at its root.

They are plain classes, so that they pickle, take attributes and mix with the built-in ones:
`except OSError` catches an IoError, `except TimeoutError` every timeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from typing import ClassVar, Literal, Self, TypeAlias

    from .record import Call

    Reason: TypeAlias = Literal["refused", "length", "no_content", "tool_calls", "mismatch"]

# A validation message of vLLM may repeat the request, which has been megabytes long.
MAX_TEXT = 4096


def shortened(text: str, longest: int = MAX_TEXT) -> str:
    """The text, with its middle left out when it is longer than `longest` characters."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]} … {len(text) - 2 * half} characters left out … {text[-half:]}"


class VllmError(Exception):
    """Root of all errors that this package raises on purpose.

    Attributes:
        message: what went wrong, without the request it belongs to.
        method, path: of the request, where there was one. The path has no host and no query.
        request_ids: the X-Request-Id of every attempt, in order.
        status: the HTTP status, where an answer had come.
    """

    method: str | None = None
    path: str | None = None
    request_ids: tuple[str, ...] = ()
    status: int | None = None

    # the attributes that `to_dict` adds for a class and its subclasses
    _facts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    @property
    def call(self) -> Call | None:
        """The record of the call: attempts, times, tokens.

        None if no call was begun, and for an error that was copied or unpickled.
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
        """This error, told which request it belongs to."""
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


# An attribute of the error would become a part of its pickles, and a slot is not possible beside
# those of OSError.
_CALLS: WeakKeyDictionary[VllmError, Call] = WeakKeyDictionary()


class RequestError(VllmError, ValueError):
    """The call is wrong; nothing was sent."""


class BulkFileError(VllmError, OSError):
    """A file of a bulk run cannot be used; the answers written before are safe.

    The disk is full, the folder is read-only, another run writes the same output, or a line of the
    output is damaged.

    Attributes:
        filename: the file.
        errno: the error number of the system, if it reported one.
        offset: byte at which a damaged line begins; None for other errors.
    """

    offset: int | None = None
    _facts = ("filename", "errno", "offset")

    def __init__(self, message: str, path: str, errno: int | None = None) -> None:
        super().__init__(message)
        self.args = (message, path, errno)
        self.filename = path
        self.errno = errno


class IoError(VllmError, OSError):
    """No whole answer: the connection was refused, reset or lost.

    Attributes:
        failure: "refused" where nobody listens for the moment (connection refused, host or network
            unreachable, name not resolved for now); "no_address" where the name or the Unix socket
            does not exist; "tls" where client and server cannot agree on TLS (certificate, version,
            or only one of them speaks it); "lost" where a connection broke, or could not be made
            for another reason; "timeout" for an IoTimeout.
        may_have_arrived: whether the server may have seen the request. False: it has not.
        died_in_pool: the connection had served before, and died without a byte of this answer,
            as one does that the server closes for being idle.
    """

    failure: Literal["refused", "no_address", "tls", "lost", "timeout"] = "lost"
    may_have_arrived = True
    died_in_pool = False
    _facts: ClassVar[tuple[str, ...]] = ("failure", "may_have_arrived", "died_in_pool")


class IoTimeout(IoError, TimeoutError):
    """No answer in time.

    Attributes:
        clock: the limit that ran out: connect, queue, token, idle or total.
        seconds: that limit.
    """

    failure = "timeout"
    _facts = ("clock", "seconds")

    def __init__(self, message: str, clock: str, seconds: float) -> None:
        super().__init__(message)
        self.args = (message, clock, seconds)
        self.clock = clock
        self.seconds = seconds


class HttpError(VllmError):
    """The response is not HTTP that a client can use: garbage, redirect, too long, odd encoding."""


class ApiError(VllmError):
    """The server refused or failed: a status of 400 or more, or an error inside a response of 200
    before the first delta.

    Statuses that programs catch have subclasses, such as RateLimitError for 429; see
    `status_errors.py`. Errors inside a 200 are of this class itself, with their `code`.

    Attributes:
        code: the HTTP status, or the code that an error event carried.
        type: the server's class of error, such as "NotFoundError" or "BadRequestError".
        param: the field that the server complains about.
        body: the answer's text, shortened to 4,096 characters.
        retry_after: seconds that the server asked to wait, if it did.
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
    """A stream that had begun and broke: cut, reset, silent, ended early, or failed by the server.

    Reading on after the reader has closed a stream raises it, too.

    Attributes:
        begun: whether an event had been handed out before; if not, the request may be sent again.
        failure: "cut" where the bytes ended or broke off, None where the server reported an error
            or sent what cannot be read.
        partial: what had arrived, as the response class of the call, perhaps without choices; None
            for a raw stream, and before a stream has begun.
        code: the code of the server's own error event, if that is what ended the stream.
        type, param: of that event.
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
    """A stream that went silent. `clock` names the limit that ran out: token, idle or total."""

    _facts = ("clock", "seconds")

    def __init__(self, message: str, clock: str, seconds: float) -> None:
        super().__init__(message)
        self.args = (message, clock, seconds)
        self.clock = clock
        self.seconds = seconds


class ParseError(VllmError, ValueError):
    """A good status with an answer that the endpoint never gives.

    Attributes:
        where: the place, like `$.choices[0].index`.
        body: the answer's text, shortened to 4,096 characters.
        partial: the answer as it came, if it had fewer results than were asked for.
    """

    _facts = ("where",)

    def __init__(self, message: str, where: str = "$") -> None:
        super().__init__(message)
        self.args = (message, where)
        self.where = where
        self.body: str = ""
        self.partial: Any = None


class AnswerError(ParseError):
    """The model's answer is no instance of the type that was asked for.

    Attributes:
        reason: "refused" by the model or a filter; "length", cut by the limit of tokens;
            "no_content", nothing but thoughts; "tool_calls" in its place; "mismatch", JSON of
            another form, or no JSON.
        text: what the model said: its answer, else its refusal, else its thoughts.
        response: the whole answer, as the plain call gives it.
        where: the place in the answer's JSON.
    """

    reason: Reason = "mismatch"
    text: str = ""
    response: Any = None
    _facts = ("reason",)


class ToolRoundsError(VllmError):
    """The model still asks for tools after as many answers as `max_rounds` allows.

    Attributes:
        messages: the conversation up to the last results of tools; given as `messages` again, it
            goes on from there.
        response: the last answer. The calls that it asks for were not made.
    """

    messages: list[Any]
    response: Any = None

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.messages = []


class BulkError(VllmError):
    """A bulk run ended before its input: too many rows failed, or the server was away for too long.

    Its `__cause__` is the last error. Rows that were answered are safe.

    Attributes:
        reason: "max_errors" or "server_patience", the option that ended it.
    """

    _facts = ("reason",)

    def __init__(self, message: str, reason: Literal["max_errors", "server_patience"]) -> None:
        super().__init__(message)
        self.args = (message, reason)
        self.reason = reason
