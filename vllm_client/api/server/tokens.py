"""Text to token ids and back, by the server's own tokenizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ...call.build_request import build_request
from ...call.option_checks import body_of, refuse_unknown
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, reader
from ...call.settings import ClientSettings
from ...codec.answer import CONTENT, Answer
from ...errors import RequestError
from ...vllm import routes
from ..common.calls import BodyCall, QueryCall
from ..common.input_lists import conversation, listed
from ..common.options import GenerationCallOptions, ModelOption
from ..common.templates import PromptTokens, Templates, TemplateTokens
from ..common.tools import ToolsOption


class TokenTexts(ModelOption, total=False):
    """The model whose tokenizer is asked, and whether tokens come as texts, too."""

    return_token_strs: bool | None
    """Whether to return each token's text as well. Default: False."""


class TokenizeOptions(TokenTexts, PromptTokens, total=False):
    """The options of `client.tokenize(prompt=…)`."""


class TokenizeChatOptions(TokenTexts, Templates, TemplateTokens, ToolsOption, total=False):
    """The options of `client.tokenize(messages=…)`."""


class TokenizeKeywords(TokenizeOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.tokenize(prompt=…)`, beside prompt."""


class TokenizeChatKeywords(TokenizeChatOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.tokenize(messages=…)`, beside messages."""


class DetokenizeKeywords(ModelOption, GenerationCallOptions, total=False):
    """Every keyword of `client.detokenize(…)`, beside tokens."""


_PROMPT_OPTIONS = TokenizeKeywords.__optional_keys__ | {"prompt"}
_CHAT_OPTIONS = TokenizeChatKeywords.__optional_keys__ | {"messages"}


def _length_of_tokens(response: TokenizeResponse) -> int:
    return len(response.tokens)


@attrs.frozen(repr=False)
class TokenizeResponse(Answer):
    """The answer of POST /tokenize.

    max_model_len: how many tokens the model holds, of prompt and answer together. token_strs: as
    the tokenizer writes them, which may differ from the text: "Ġhello".
    """

    tokens: list[int] = attrs.field(metadata=CONTENT)
    count: int = attrs.field(default=attrs.Factory(_length_of_tokens, takes_self=True))
    max_model_len: int | None = None
    token_strs: list[str] | None = None


@attrs.frozen(repr=False)
class DetokenizeResponse(Answer):
    """The answer of POST /detokenize."""

    prompt: str = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class TokenizerInfo(Answer):
    """The answer of GET /tokenizer_info: the tokenizer's class.

    What else its configuration holds, which differs from tokenizer to tokenizer, is in
    `unknown_fields`, and in `to_dict()`.
    """

    tokenizer_class: str | None = None


def build_tokenize(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[TokenizeResponse]:
    """The request for the tokens of a prompt or of a conversation. Raises RequestError."""
    refuse_unknown(options, _PROMPT_OPTIONS | _CHAT_OPTIONS, "tokenize()")
    if (options.get("prompt") is None) is (options.get("messages") is None):
        raise RequestError("tokenize(): expected prompt=… or messages=…, and not both")
    if options.get("messages") is None:
        body = body_of(options, _PROMPT_OPTIONS, "tokenize(prompt=…)")
    else:
        body = body_of(options, _CHAT_OPTIONS, "tokenize(messages=…)")
        body["messages"] = conversation(body["messages"])
    return build_request(
        settings, routes.TOKENIZE, reader(TokenizeResponse), body=body, call=options
    )


def _with_listed_tokens(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "tokens": listed("tokens", body["tokens"])}


def _prompt(reply: HttpResponse) -> str:
    return read_answer(reply, DetokenizeResponse).prompt


DETOKENIZE = BodyCall(
    routes.DETOKENIZE,
    _prompt,
    DetokenizeKeywords,
    required=("tokens",),
    adjust=_with_listed_tokens,
)
TOKENIZER_INFO = QueryCall(routes.TOKENIZER_INFO, reader(TokenizerInfo))
