"""The client's calls that turn text into token ids and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from typing_extensions import Unpack

from .._io.asyncio_.waiting import Pending
from ..api.chat.request import Messages
from ..api.common.options import CallOptions
from .call_runner import AsyncCallRunner

if TYPE_CHECKING:
    from ..api.server.tokens import (
        DetokenizeKeywords,
        TokenizeChatKeywords,
        TokenizeKeywords,
        TokenizeResponse,
        TokenizerInfo,
    )


class AsyncTokenCalls:
    """`client.tokenize`, `client.detokenize` and `client.tokenizer_info`."""

    _caller: AsyncCallRunner

    @overload
    def tokenize(
        self, *, prompt: str, **options: Unpack[TokenizeKeywords]
    ) -> Pending[TokenizeResponse]: ...

    @overload
    def tokenize(
        self, *, messages: Messages, **options: Unpack[TokenizeChatKeywords]
    ) -> Pending[TokenizeResponse]: ...

    def tokenize(self, **options: Any) -> Pending[TokenizeResponse]:
        """The token ids of a text, or of a conversation as the chat template writes it out.

            client.tokenize(prompt="Once upon a time").tokens
            client.tokenize(messages=[user("Hi")], tools=[…]).count

        Raises VllmError.
        """
        from ..api.server.tokens import build_tokenize

        return self._caller.call(build_tokenize(self._caller.settings, options))

    async def detokenize(self, tokens: Sequence[int], **options: Unpack[DetokenizeKeywords]) -> str:
        """The text of these token ids, special tokens written out. Raises VllmError."""
        from ..api.server.tokens import build_detokenize

        given = {"tokens": tokens, **options}
        return await self._caller.call(build_detokenize(self._caller.settings, given))

    async def tokenizer_info(self, **call: Unpack[CallOptions]) -> TokenizerInfo:
        """The configuration of the server's tokenizer, its chat template with it.

        Only a server that was started with `--enable-tokenizer-info-endpoint` tells it; of any
        other it is an ApiError (404). Raises VllmError.
        """
        from ..api.server.tokens import build_tokenizer_info

        return await self._caller.call(build_tokenizer_info(self._caller.settings, call))
