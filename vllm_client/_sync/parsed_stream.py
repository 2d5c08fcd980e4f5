# Generated from vllm_client/_async/parsed_stream.py by `python tests/tools/generate_sync.py`.
"""Streams whose answer is parsed to an instance of a type."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from .._io.threads.mix_ups import explains_missing_await
from ..api.chat.answers import ChatCompletionResponse
from ..api.chat.parse import ParsedChatCompletion
from ..call.recording import attach
from ..errors import AnswerError, RequestError
from ..streams.events import AnyStreamEvent
from .stream import SyncEventStream

T = TypeVar("T")


@explains_missing_await
class SyncParsedStream(SyncEventStream[AnyStreamEvent, ChatCompletionResponse], Generic[T]):
    """A stream of StreamEvents whose answer is an instance of a type, in `parsed`."""

    @property
    def parsed(self) -> T:
        """The first choice as an instance of the type, after the stream has ended. Reads nothing.

        Raises:
            AnswerError: The answer is refused, truncated, missing, or does not match the type.
            RequestError: The stream has not ended.
            StreamError: The stream failed, or was closed before its end.
        """
        value: T = self._parsed_response().parsed
        return value

    def response(self) -> ParsedChatCompletion[T]:
        """Read the rest of the stream, and return the same as `parse`.

        Raises:
            AnswerError: The answer is refused, truncated, missing, or does not match the type.
            StreamError: The stream failed, or was closed before its end; `partial` is the part
                that has arrived.
            VllmError: The request of a stream with `wait=False` failed.
        """
        for _ in self:
            pass
        return self._parsed_response()

    def text(self) -> str:
        """Read the rest of the stream, and return the text of the first choice."""
        for _ in self:
            pass
        return self.partial.content or ""

    collect_content = text

    def _parsed_response(self) -> ParsedChatCompletion[Any]:
        machine: Any = self._machine  # its type is ParsedChatMachine
        if machine.error is not None:
            raise machine.error
        if self._closed and not machine.over:
            raise self._attempt.named(machine.left())
        if not machine.over:
            raise RequestError("parsed: the stream has not ended; response() reads it to its end")
        try:
            return attach(self.call, machine.parsed())
        except AnswerError as error:
            self._attempt.named(error)
            raise
