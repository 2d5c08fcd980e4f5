"""Convert text to token ids and back."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, overload

from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await
from ..api.chat.request import Messages
from ..api.common.options import CallOptions
from ..api.common.shown_keywords import shows_keywords
from ..call.option_checks import ABSENT, with_content, with_hidden_headers
from .call_runner import AsyncCallRunner
from .lazy_module import LazyModule

if TYPE_CHECKING:
    from ..api.server import tokens as token_calls
    from ..api.server.tokens import (
        DetokenizeKeywords,
        TokenizeChatKeywords,
        TokenizeKeywords,
        TokenizeResponse,
        TokenizerInfo,
    )
else:
    token_calls = LazyModule("api.server.tokens")


@explains_missing_await
@shows_keywords
class AsyncTokenCalls:
    """`client.tokenize`, `client.detokenize` and `client.tokenizer_info`."""

    _caller: AsyncCallRunner

    @overload
    def tokenize(
        self, prompt: str, **options: Unpack[TokenizeKeywords]
    ) -> Coroutine[Any, Any, TokenizeResponse]: ...

    @overload
    def tokenize(
        self, *, messages: Messages, **options: Unpack[TokenizeChatKeywords]
    ) -> Coroutine[Any, Any, TokenizeResponse]: ...

    def tokenize(
        self, prompt: Any = ABSENT, **options: Any
    ) -> Coroutine[Any, Any, TokenizeResponse]:
        """Convert a text, or a conversation rendered by the chat template, to token ids.

            client.tokenize("Once upon a time").tokens
            client.tokenize(messages=[user("Hi")], tools=[…]).count

        Raises VllmError.
        """
        given = with_content("prompt", prompt, options)
        return self._caller.ask(token_calls.build_tokenize, given)

    async def detokenize(self, tokens: Sequence[int], **options: Unpack[DetokenizeKeywords]) -> str:
        """Convert token ids to text, with special tokens in their text form.

        Args:
            tokens: The token ids.

        Raises:
            VllmError: The request failed.
        """
        return await self._caller.ask(
            token_calls.DETOKENIZE, {"tokens": tokens, **with_hidden_headers(options)}
        )

    async def tokenizer_info(self, **call: Unpack[CallOptions]) -> TokenizerInfo:
        """Return the configuration of the server's tokenizer, including its chat template.

        Raises:
            NotFoundError: The server was started without `--enable-tokenizer-info-endpoint`.
            VllmError: The request failed.
        """
        return await self._caller.ask(token_calls.TOKENIZER_INFO, call)
