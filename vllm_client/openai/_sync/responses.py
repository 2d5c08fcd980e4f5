# Generated from vllm_client/openai/_async/responses.py by `python tests/tools/generate_sync.py`.
"""`client.responses`."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any, Literal, overload

from typing_extensions import TypeVar, Unpack

from .._call import call_of, with_hidden_headers
from .._endings import ResponseEnding
from .._keywords import checked, takes
from .._parsing import text_param
from .._response_parsing import parsed_response, response_tools
from .._types import CallOptions, Maybe
from .._unsupported import Unsupported
from ..types.responses import ParsedResponse, Response, ResponseStreamEvent
from ..types.responses.response_create_params import IGNORED, ResponseKeywords
from .resource import Resource
from .response_stream import ResponseStreamManager
from .stream import Stream
from .waiting import to_raw_response, to_streamed_response

T = TypeVar("T", default=None)
_PATH = "/responses"


class Responses(Resource):
    """POST /v1/responses."""

    @cached_property
    def with_raw_response(self) -> ResponsesWithRawResponse:
        """The same methods, but returning the HTTP response, whose `parse()` returns the result."""
        return ResponsesWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> ResponsesWithStreamingResponse:
        """The same methods as context managers that yield the unread HTTP response."""
        return ResponsesWithStreamingResponse(self)

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **options: Unpack[ResponseKeywords]
    ) -> Response: ...

    @overload
    def create(
        self, *, stream: Literal[True], **options: Unpack[ResponseKeywords]
    ) -> Stream[ResponseStreamEvent]: ...

    @overload
    def create(
        self, *, stream: bool, **options: Unpack[ResponseKeywords]
    ) -> Response | Stream[ResponseStreamEvent]: ...

    @takes(ResponseKeywords)
    def create(self, *, stream: Any = None, **options: Any) -> Any:
        """Generate a response.

        Args:
            stream: Whether to return a stream of events.
            options: The other fields of the request; see `ResponseKeywords`. Options that only
                vLLM has are passed in `extra_body`.

        Returns:
            A Response, or a stream of ResponseStreamEvent.

        Raises:
            OpenAIError: The request failed.
        """
        return self._ask(stream, options)

    def _ask(self, stream: Any, options: Any, **more: Any) -> Any:
        body = checked("create", options, ResponseKeywords, IGNORED)
        body["stream"] = stream
        if stream:
            more = {"chunk": ResponseStreamEvent, "ending": ResponseEnding}
        call = call_of("POST", _PATH, options, body, cast_to=Response, **more)
        return self._client._send(call)

    @takes(ResponseKeywords)
    def parse(
        self, *, text_format: Maybe[type[T]] = None, **options: Unpack[ResponseKeywords]
    ) -> ParsedResponse[T]:
        """Generate a response and parse its text as an instance of a pydantic class.

        Args:
            text_format: The class of the text.
            options: The other fields of the request; see `ResponseKeywords`.

        Returns:
            The response, with the instance in `output_parsed`.

        Raises:
            pydantic.ValidationError: The text does not match the class.
            OpenAIError: The request failed.
        """
        fields = _parsed_fields(text_format, options)
        finish = partial(parsed_response, text_format, fields["tools"])
        answer: ParsedResponse[T] = self._ask(None, fields, finish=finish)
        return answer

    @takes(ResponseKeywords)
    def stream(
        self, *, text_format: Maybe[type[T]] = None, **options: Unpack[ResponseKeywords]
    ) -> ResponseStreamManager[T]:
        """Generate a response as a stream of events, in a `with` block.

        Args:
            text_format: The class of the text.
            options: The other fields of the request; see `ResponseKeywords`.

        Returns:
            A context manager that sends the request and yields the stream.
        """
        fields = _parsed_fields(text_format, options)
        send = partial(self._ask, True, fields)
        return ResponseStreamManager(send, text_format, fields["tools"])

    @overload
    def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[False] | None = None,
        starting_after: int | None = None,
        **options: Unpack[CallOptions],
    ) -> Response: ...

    @overload
    def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[True],
        starting_after: int | None = None,
        **options: Unpack[CallOptions],
    ) -> Stream[ResponseStreamEvent]: ...

    def retrieve(
        self,
        response_id: str,
        *,
        stream: Any = None,
        starting_after: int | None = None,
        **options: Any,
    ) -> Any:
        """Return a response that the server stores.

        Args:
            response_id: The id of the response.
            stream: Whether to return a stream of events.
            starting_after: The `sequence_number` of the event before the first one to return.
            options: Header fields, URL parameters and the timeout of the request.

        Returns:
            A Response, or a stream of ResponseStreamEvent.

        Raises:
            OpenAIError: The request failed.
        """
        asked = {"stream": "true" if stream else None, "starting_after": starting_after}
        query = {**asked, **(options.get("extra_query") or {})}
        fields = {**with_hidden_headers(options), "extra_query": query}
        more: dict[str, Any] = {}
        if stream:
            more = {"chunk": ResponseStreamEvent, "ending": ResponseEnding}
        call = call_of("GET", _id_path(response_id), fields, cast_to=Response, **more)
        return self._client._send(call)

    def cancel(self, response_id: str, **options: Unpack[CallOptions]) -> Response:
        """Cancel a response that is generated in the background.

        Raises:
            OpenAIError: The request failed.
        """
        path = _id_path(response_id) + "/cancel"
        answer: Response = self._client._send(
            call_of("POST", path, options, cast_to=Response)
        )
        return answer

    def __getattr__(self, name: str) -> Any:
        if name in ("delete", "input_items", "input_tokens", "compact", "connect"):
            return Unsupported(f"client.responses.{name}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def _parsed_fields(text_format: Any, options: Any) -> dict[str, Any]:
    """Convert the keywords of `parse` and `stream` to those of `create`."""
    return {
        **with_hidden_headers(options),
        "text": text_param(text_format, options.get("text")),
        "tools": response_tools(options.get("tools")),
    }


def _id_path(response_id: str) -> str:
    if not response_id:
        raise ValueError(f"response_id: expected a non-empty text, got {response_id!r}")
    return f"{_PATH}/{response_id}"


class ResponsesWithRawResponse:
    """`client.responses.with_raw_response`."""

    def __init__(self, responses: Responses) -> None:
        self.create = to_raw_response(responses.create)
        self.parse = to_raw_response(responses.parse)
        self.retrieve = to_raw_response(responses.retrieve)
        self.cancel = to_raw_response(responses.cancel)


class ResponsesWithStreamingResponse:
    """`client.responses.with_streaming_response`."""

    def __init__(self, responses: Responses) -> None:
        self.create = to_streamed_response(responses.create)
        self.retrieve = to_streamed_response(responses.retrieve)
