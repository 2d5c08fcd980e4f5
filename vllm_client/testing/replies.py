"""Values of scripts and logs: replies of the server, and the requests that it received."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import Attribute, field, frozen, validators

Pieces = str | Sequence[str]
"""Text: a string is split into tokens of one word; the items of a sequence are sent as deltas."""


def _text(pieces: Pieces) -> str:
    return pieces if isinstance(pieces, str) else "".join(pieces)


def _each(kind: type) -> Callable[[Any, "Attribute[Any]", Any], None]:
    """Return an attrs validator for sequences, so that constructing an invalid reply fails."""

    def check(_: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, Sequence) or not all(isinstance(one, kind) for one in value):
            expected = f"{attribute.name}: expected a list of {kind.__name__}s"
            raise TypeError(f"{expected}, got {value!r:.80}")

    return check


@frozen
class Call:
    """A tool call.

    Args:
        name: The name of the tool.
        arguments: An object, or the exact string that the model generates.
        id: The id of the call; None for a new one.
    """

    name: str
    arguments: Mapping[str, Any] | Pieces = field(factory=dict)
    id: str | None = None

    @property
    def pieces(self) -> Pieces:
        """The arguments as the model generates them."""
        if isinstance(self.arguments, Mapping):
            return json.dumps(self.arguments, ensure_ascii=False)
        return self.arguments

    @property
    def text(self) -> str:
        return _text(self.pieces)


@frozen
class InStreamError:
    """An error event in the middle of a stream whose status was 200.

    vLLM still sends `[DONE]` after it. A plain request gets an error with status `code` instead.

    Args:
        message: The error message.
        code: The status.
        type: vLLM's name for the error.
        after: How many deltas are sent before the error.
    """

    message: str = "EngineCore encountered an issue. See stack trace (above) for the root cause."
    code: int = 500
    type: str = "InternalServerError"
    after: int = field(default=0, kw_only=True)


def _or_nothing(pieces: Pieces | None) -> Pieces:
    return pieces or ""


@frozen
class Reply:
    """A generated answer: reasoning, then text, then tool calls.

    Args:
        text: The text.
        reasoning: The reasoning before the text.
        tool_calls: The tool calls after the text.
        finish_reason: Why the generation ended; None derives "stop", "length" or "tool_calls".
        stop_reason: The stop string or token id that ended the generation.
        usage: Fields of the usage that replace the server's own counts.
        error: An error that ends the generation early.
        pace: Seconds before each token, also for plain answers; None for the server's pace.
    """

    text: Pieces = field(default="", validator=_each(str))
    reasoning: Pieces = field(default="", converter=_or_nothing, kw_only=True)
    tool_calls: Sequence[Call] = field(default=(), kw_only=True, validator=_each(Call))
    finish_reason: str | None = field(default=None, kw_only=True)
    stop_reason: str | int | None = field(default=None, kw_only=True)
    usage: Mapping[str, Any] = field(factory=dict, kw_only=True)
    error: InStreamError | None = field(default=None, kw_only=True)
    pace: float | None = field(default=None, kw_only=True)


@frozen
class ErrorReply:
    """An error in the format of the server's vLLM version.

    Args:
        status: The status, 400 or more.
        message: The error message.
        type: vLLM's name for the error; None derives it from the status, such as
            `BadRequestError` or `NotFoundError`.
        param: The parameter to blame.
        retry_after: The value of the header `retry-after`, in seconds or as a date.
    """

    status: int
    message: str = "The server says no."
    type: str | None = None
    param: str | None = None
    retry_after: float | str | None = None


@frozen
class RawReply:
    """An answer with any status, body and headers.

    Args:
        status: The status.
        body: Bytes or a string; a dict or list is sent as JSON.
        headers: The headers. `content-length` is added if it is missing.
    """

    status: int = 200
    body: bytes | str | Mapping[str, Any] | Sequence[Any] = b""
    headers: Mapping[str, str] = field(factory=dict)


@frozen
class Embeddings:
    """The answer to an embedding or pooling request.

    Args:
        vectors: A vector for each input. If there are fewer vectors than inputs, they repeat.
    """

    vectors: Sequence[Sequence[float]] = field(validator=validators.min_len(1))


@frozen
class Scores:
    """The answer to a score or rerank request.

    Args:
        scores: A score for each pair, in the request's order. If there are fewer scores than
            pairs, they repeat.
    """

    scores: Sequence[float] = field(validator=validators.min_len(1))


@frozen
class Labels:
    """The answer to a classify, pooling or decision request.

    Args:
        probabilities: For each input, the probabilities by label. If there are fewer than
            inputs, they repeat.
    """

    probabilities: Sequence[Mapping[str, float]] = field(
        validator=[_each(Mapping), validators.min_len(1)]
    )


ModelReply = Reply | Embeddings | Scores | Labels
"""A reply of the simulated model."""

AnyReply = ModelReply | ErrorReply | RawReply


@frozen(slots=False)
class ReceivedRequest:
    """A request that the server received.

    Attributes:
        method: The method.
        path: The decoded path, without the query.
        query: The parameters of the query.
        headers: The headers, with lower-case names.
        body: The body.
        connection: The number of the TCP connection, from 1. Requests with equal numbers came on
            the same connection.
        http_version: The HTTP version, such as "1.1".
        target: The path with the query, as sent.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    connection: int
    http_version: str = "1.1"
    target: str = ""

    @cached_property
    def json(self) -> Any:
        """The body, decoded as JSON."""
        return json.loads(self.body)
