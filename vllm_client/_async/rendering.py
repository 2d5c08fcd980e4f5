"""Convert requests to token ids, and generated token ids to answers, without generation.

These routes need a server with `--enable-scale-out`.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, overload

from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await
from ..api.chat.request import Messages
from ..api.common.shown_keywords import shows_keywords
from ..call.option_checks import with_hidden_headers
from .call_runner import AsyncCallRunner

if TYPE_CHECKING:
    from ..api.chat.answers import ChatCompletionResponse
    from ..api.completions.answers import CompletionResponse
    from ..api.completions.request import Prompt
    from ..api.render.answers import RenderedRequest
    from ..api.render.derender import (
        DerenderChatChunkKeywords,
        DerenderChatKeywords,
        DerenderChatStreamResponse,
        DerenderCompletionChunkKeywords,
        DerenderCompletionKeywords,
        DerenderCompletionStreamResponse,
        Generated,
    )
    from ..api.render.render import (
        RenderChatKeywords,
        RenderCompletionKeywords,
    )


@explains_missing_await
@shows_keywords
class AsyncChatRendering:
    """POST /v1/chat/completions/render and /v1/chat/completions/derender."""

    _caller: AsyncCallRunner

    async def render(
        self, messages: Messages, **options: Unpack[RenderChatKeywords]
    ) -> RenderedRequest:
        """Convert a conversation to a request for the engine: token ids and sampling parameters.

        Args:
            messages: The conversation.

        Raises:
            PermissionDeniedError: The server was started without `--enable-scale-out`.
            VllmError: The request failed.
        """
        from ..api.render.render import build_render_chat

        given = {"messages": messages, **with_hidden_headers(options)}
        return await self._caller.call(build_render_chat(self._caller.settings, given))

    @overload
    def derender(
        self, *, generate_response: Generated, **options: Unpack[DerenderChatKeywords]
    ) -> Coroutine[Any, Any, ChatCompletionResponse]: ...

    @overload
    def derender(
        self, *, generate_chunk: Generated, **options: Unpack[DerenderChatChunkKeywords]
    ) -> Coroutine[Any, Any, DerenderChatStreamResponse]: ...

    def derender(self, **options: Any) -> Coroutine[Any, Any, Any]:
        """Convert the output of /inference/v1/generate to the answer of a chat.

        Args:
            generate_response: A response, which is converted to the answer of a chat.
            generate_chunk: A chunk of a stream, which is converted to a chunk of a chat and a
                state. Pass this state as `stream_state=` with the next chunk.

        Raises:
            PermissionDeniedError: The server was started without `--enable-scale-out`.
            VllmError: The request failed.
        """
        from ..api.render.derender import build_derender_chat

        return self._caller.ask(build_derender_chat, options)


@explains_missing_await
@shows_keywords
class AsyncCompletionRendering:
    """POST /v1/completions/render and /v1/completions/derender."""

    _caller: AsyncCallRunner

    async def render(
        self, prompt: Prompt, **options: Unpack[RenderCompletionKeywords]
    ) -> list[RenderedRequest]:
        """Convert each prompt to a request for the engine: token ids and sampling parameters.

        Args:
            prompt: One or several prompts.

        Raises:
            PermissionDeniedError: The server was started without `--enable-scale-out`.
            VllmError: The request failed.
        """
        from ..api.render.render import build_render_completion

        given = {"prompt": prompt, **with_hidden_headers(options)}
        return await self._caller.call(build_render_completion(self._caller.settings, given))

    @overload
    def derender(
        self,
        *,
        generate_responses: Sequence[Generated],
        **options: Unpack[DerenderCompletionKeywords],
    ) -> Coroutine[Any, Any, CompletionResponse]: ...

    @overload
    def derender(
        self, *, generate_chunk: Generated, **options: Unpack[DerenderCompletionChunkKeywords]
    ) -> Coroutine[Any, Any, DerenderCompletionStreamResponse]: ...

    def derender(self, **options: Any) -> Coroutine[Any, Any, Any]:
        """Convert the output of /inference/v1/generate to the answer of a completion.

        Args:
            generate_responses: A response per prompt; they are converted to one answer.
            generate_chunk: A chunk of a stream, which is converted to a chunk of a completion and
                a state. Pass this state as `stream_state=` with the next chunk.

        Raises:
            PermissionDeniedError: The server was started without `--enable-scale-out`.
            VllmError: The request failed.
        """
        from ..api.render.derender import build_derender_completion

        return self._caller.ask(build_derender_completion, options)
