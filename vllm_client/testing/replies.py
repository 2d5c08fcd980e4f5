"""The values of a script: answers of the server, and the requests that it received."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import Attribute, field, frozen, validators

Pieces = str | Sequence[str]
"""A text. A string is cut into tokens of a word each; a sequence is sent just so, a delta each."""


def _text(pieces: Pieces) -> str:
    return pieces if isinstance(pieces, str) else "".join(pieces)


def _each(kind: type) -> Callable[[Any, "Attribute[Any]", Any], None]:
    """A validator of sequences: a wrong script fails where it is written, not in the server."""

    def check(_: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, Sequence) or not all(isinstance(one, kind) for one in value):
            expected = f"{attribute.name}: expected a list of {kind.__name__}s"
            raise TypeError(f"{expected}, got {value!r:.80}")

    return check


@frozen
class Call:
    """A tool call. `arguments`: an object, or the string just as the model writes it.

    `id` is made up when it is not given.
    """

    name: str
    arguments: Mapping[str, Any] | Pieces = field(factory=dict)
    id: str | None = None

    @property
    def pieces(self) -> Pieces:
        """The arguments as the model writes them."""
        if isinstance(self.arguments, Mapping):
            return json.dumps(self.arguments, ensure_ascii=False)
        return self.arguments

    @property
    def text(self) -> str:
        return _text(self.pieces)


@frozen
class InStreamError:
    """A generation that fails: an error event after `after` deltas, inside a 200 stream.

    vLLM still sends `[DONE]` after it. A plain request is answered with status `code`.
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

    `finish_reason` follows from the answer when not given (`stop`, `length`, `tool_calls`). `usage`
    overrides counts of the server. `pace`: seconds before each token, plain answers included;
    None takes the server's.
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
    """An error in the body that a server of this version has. `retry_after`: seconds or a date.

    `type` goes with the status when it is not given (`BadRequestError`, `NotFoundError` …).
    """

    status: int
    message: str = "The server says no."
    type: str | None = None
    param: str | None = None
    retry_after: float | str | None = None


@frozen
class RawReply:
    """Any status, any body, any headers; `content-length` is added unless you give one.

    A dict or list as body is sent as JSON.
    """

    status: int = 200
    body: bytes | str | Mapping[str, Any] | Sequence[Any] = b""
    headers: Mapping[str, str] = field(factory=dict)


@frozen
class Embeddings:
    """The vectors that an embedding or pooling request gets, one for each input.

    If there are fewer vectors than inputs, they repeat.
    """

    vectors: Sequence[Sequence[float]] = field(validator=validators.min_len(1))


@frozen
class Scores:
    """The scores that a score or rerank request gets, one for each pair, in the request's order.

    If there are fewer scores than pairs, they repeat.
    """

    scores: Sequence[float] = field(validator=validators.min_len(1))


@frozen
class Labels:
    """The probabilities that a classify or pooling request gets, by label, for each input.

    If there are fewer than inputs, they repeat.
    """

    probabilities: Sequence[Mapping[str, float]] = field(
        validator=[_each(Mapping), validators.min_len(1)]
    )


ModelReply = Reply | Embeddings | Scores | Labels
"""An answer of the simulated model."""

AnyReply = ModelReply | ErrorReply | RawReply


@frozen(slots=False)
class ReceivedRequest:
    """A request as it arrived. Header names are in lower case.

    `target` is the path with its query as it was sent. `connection` numbers the TCP connections,
    from 1: equal numbers mean that one was used again.
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
        """The body, decoded."""
        return json.loads(self.body)
