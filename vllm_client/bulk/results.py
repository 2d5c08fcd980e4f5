"""Parse the lines of a bulk output into typed answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Generic

import attrs
from typing_extensions import TypeVar

from ..api.anthropic.answers import MessagesResponse
from ..api.chat.parse import read_parsed_chat
from ..api.chat.request import read_chat
from ..api.completions.answers import CompletionResponse
from ..api.inference.answers import GenerateResponse
from ..api.pooling.embeddings import EmbedV2Response, read_embeddings
from ..api.pooling.pooling import ClassificationResponse, read_pooling
from ..api.pooling.results import listed_reader
from ..api.pooling.scoring import RerankResponse, ScoreResponse
from ..api.pooling.tensors import TensorFormat
from ..api.responses.answers import Response
from ..call.response import HttpResponse, reader, reader_of_choices
from ..codec.json_codec import dumps, loads
from ..errors import RequestError, VllmError
from ..http.headers import Headers
from ..status_errors import status_error
from ..vllm import routes
from .journal import read_head, split_success

ResponseT = TypeVar("ResponseT", default=Any)

Read = Callable[[HttpResponse], Any]

# The format of a response depends on options of its request, which is not in the output. These are
# the options that requests of bulk runs always have.
_TENSORS = TensorFormat.of({}, for_list=True, count=None)
_READ_CHAT: Read = partial(read_chat, None)
_READ_SCORES: Read = listed_reader(ScoreResponse, 1)
_READ_RANKS: Read = reader(RerankResponse, needed="results")

_READERS: Mapping[str, Read] = {
    routes.CHAT_COMPLETIONS.full_path: _READ_CHAT,
    routes.COMPLETIONS.full_path: reader_of_choices(CompletionResponse),
    routes.RESPONSES.full_path: reader(Response, needed="output"),
    routes.MESSAGES.full_path: reader(MessagesResponse, needed="content"),
    routes.INFERENCE_GENERATE.full_path: reader_of_choices(GenerateResponse),
    routes.EMBEDDINGS.full_path: partial(read_embeddings, _TENSORS),
    routes.EMBED_V2.full_path: reader(EmbedV2Response, needed="embeddings"),
    routes.POOLING.full_path: partial(read_pooling, _TENSORS, 1),
    routes.CLASSIFY.full_path: listed_reader(ClassificationResponse, 1),
    routes.SCORE.full_path: _READ_SCORES,
    routes.SCORE_V1.full_path: _READ_SCORES,
    routes.GENERATIVE_SCORING.full_path: _READ_SCORES,
    routes.RERANK.full_path: _READ_RANKS,
    routes.RERANK_V1.full_path: _READ_RANKS,
    routes.RERANK_V2.full_path: _READ_RANKS,
}
"""The function that parses answers, for each route that bulk files support."""


@attrs.frozen
class BulkResult(Generic[ResponseT]):
    """The result of one row, as `read_bulk` reads it from an output.

    Attributes:
        key: The custom_id of the row, or the key that replaces a missing custom_id.
        index: The position of the row in the input of the run that answered it, from 0.
        url: The path that the request was sent to, such as /v1/chat/completions.
        response: The value that a single call returns; None if the row failed or its answer cannot
            be parsed.
        error: Why the row failed, or why its answer cannot be parsed; None if there is a response.
        attempts: The number of times that the row was sent.
        seconds: The time from the first attempt to the end of the response.
    """

    key: str
    index: int
    url: str
    response: ResponseT | None
    error: VllmError | None
    attempts: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether there is a response."""
        return self.error is None

    def unwrap(self) -> ResponseT:
        """Return the response, or raise the error of a failed row."""
        if self.error is not None:
            raise self.error
        return self.response  # type: ignore[return-value]  # not None if `error` is None


class ResultReader:
    """Parse lines into results.

    Args:
        response_format: The type to parse the content of chat answers into; None to leave it as
            text.

    Raises:
        RequestError: The type has no schema.
    """

    def __init__(self, response_format: Any = None) -> None:
        self._shape = None
        if response_format is not None:
            # imported here, because only some programs use schemas
            from ..schema.types import shape_of

            self._shape = shape_of(response_format, "response_format")

    def read(self, line: bytes) -> BulkResult[Any]:
        """Parse a line.

        Raises:
            ValueError: The line was not written by a bulk run.
        """
        parts = split_success(line)
        if parts is not None:
            ours, body = parts
            return self._result(ours, *self._decoded(ours["url"], body))
        fields = loads(line.decode())
        read_head(line)  # raises ValueError for a line that no bulk run wrote
        ours = fields["vllm_client"]
        if fields["error"] is not None:
            return self._result(ours, None, _error_of(fields))
        body = dumps(fields["response"]["body"])
        return self._result(ours, *self._decoded(ours["url"], body))

    def _result(
        self, ours: Mapping[str, Any], response: Any, error: VllmError | None
    ) -> BulkResult[Any]:
        return BulkResult(
            ours["key"],
            ours["index"],
            ours["url"],
            response,
            error,
            ours.get("attempts", 1),
            ours.get("seconds", 0.0),
        )

    def _decoded(self, url: str, body: bytes) -> tuple[Any, VllmError | None]:
        read = self._reader_of(url)
        try:
            return read(HttpResponse(200, Headers(), body)), None
        except VllmError as error:
            return None, error

    def _reader_of(self, url: str) -> Read:
        read = _READERS.get(url)
        if read is None:
            raise ValueError(f"{url} is not a route of bulk files")
        if self._shape is None:
            return read
        if read is not _READ_CHAT:
            raise RequestError(f"response_format: only chat answers can be parsed, not {url}")
        return partial(read_parsed_chat, self._shape, read)


def _error_of(fields: Any) -> VllmError:
    """Build the error of a failed row from the fields of its line."""
    reported = fields["error"]
    details = reported.get("error") if isinstance(reported, dict) else None
    if not isinstance(details, dict):
        return VllmError(str(reported))
    message, kind = str(details.get("message", "")), details.get("type")
    response = fields["response"]
    if not isinstance(response, dict):
        return VllmError(f"{kind}: {message}" if kind else message)
    error = status_error(message, int(response.get("status_code") or 0))
    error.type, error.param = kind, details.get("param")
    error.request_ids = tuple(filter(None, [response.get("request_id")]))
    return error
