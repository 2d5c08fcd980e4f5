"""From requests to token ids and from generated token ids to answers, without generation.

The server has these routes if it was started with `--enable-scale-out`.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, overload

from typing_extensions import Unpack

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


@shows_keywords
class AsyncChatRendering:
    """POST /v1/chat/completions/render and /v1/chat/completions/derender."""

    _caller: AsyncCallRunner

    async def render(
        self, messages: Messages, **options: Unpack[RenderChatKeywords]
    ) -> RenderedRequest:
        """The conversation as token ids, with all else that the engine would get.

        Keywords as for `create`. Only a server that was started with `--enable-scale-out` renders;
        of any other it is a PermissionDeniedError. Raises VllmError.
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
        """What /inference/v1/generate answered, as the answer of a chat.

        generate_response: its answer; the chat's answer comes of it.
        generate_chunk: one chunk of its stream; a chunk of the chat comes of it, and a state, to
            be given as `stream_state=` with the next one.
        chat_request: the body that was rendered. A server with parsers for reasoning or tools
            needs it; for a chunk it needs `prompt_token_ids` as well.

        Only a server that was started with `--enable-scale-out` does this. Raises VllmError.
        """
        from ..api.render.derender import build_derender_chat

        return self._caller.call(build_derender_chat(self._caller.settings, options))


@shows_keywords
class AsyncCompletionRendering:
    """POST /v1/completions/render and /v1/completions/derender."""

    _caller: AsyncCallRunner

    async def render(
        self, prompt: Prompt, **options: Unpack[RenderCompletionKeywords]
    ) -> list[RenderedRequest]:
        """Each prompt as token ids, with all else that the engine would get.

        Keywords as for `create`. Only a server that was started with `--enable-scale-out` renders;
        of any other it is a PermissionDeniedError. Raises VllmError.
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
        """What /inference/v1/generate answered, as the answer to a prompt or to several.

        generate_responses: an answer for each prompt; one answer with all texts comes of them.
        generate_chunk: one chunk of its stream; a chunk of the text comes of it, and a state, to
            be given as `stream_state=` with the next one.

        Only a server that was started with `--enable-scale-out` does this. Raises VllmError.
        """
        from ..api.render.derender import build_derender_completion

        return self._caller.call(build_derender_completion(self._caller.settings, options))
