"""Convert text to token ids and back with the tokenizer of the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ...call.build_request import build_request
from ...call.option_checks import body_of, refuse_unknown
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, reader
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT
from ...errors import RequestError
from ...vllm import routes
from ..common.calls import BodyCall, QueryCall
from ..common.input_lists import conversation, listed, refuse_messages
from ..common.options import GenerationCallOptions, ModelOption
from ..common.templates import PromptTokens, Templates, TemplateTokens
from ..common.tools import ToolsOption


class TokenTexts(ModelOption, total=False):
    """The options of both forms of `client.tokenize()`."""

    return_token_strs: bool | None
    """Whether to also return the text of each token. Default: False."""


class TokenizeOptions(TokenTexts, PromptTokens, total=False):
    """The options of `client.tokenize(prompt=…)`."""


class TokenizeChatOptions(TokenTexts, Templates, TemplateTokens, ToolsOption, total=False):
    """The options of `client.tokenize(messages=…)`."""


class TokenizeKeywords(TokenizeOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.tokenize(prompt=…)`, except prompt."""


class TokenizeChatKeywords(TokenizeChatOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.tokenize(messages=…)`, except messages."""


class DetokenizeKeywords(ModelOption, GenerationCallOptions, total=False):
    """Every keyword of `client.detokenize(…)`, except tokens."""


_PROMPT_OPTIONS = TokenizeKeywords.__optional_keys__ | {"prompt"}
_CHAT_OPTIONS = TokenizeChatKeywords.__optional_keys__ | {"messages"}


def _length_of_tokens(response: TokenizeResponse) -> int:
    return len(response.tokens)


@attrs.frozen(repr=False)
class TokenizeResponse(Answer):
    """The response of POST /tokenize.

    Attributes:
        tokens: The token ids.
        count: The number of tokens.
        max_model_len: Max tokens of prompt and answer together.
        token_strs: The tokens in the tokenizer's notation, which may differ from the text: "Ġhello"
            is " hello". None unless requested.
    """

    tokens: list[int] = attrs.field(metadata=CONTENT)
    count: int = attrs.field(default=attrs.Factory(_length_of_tokens, takes_self=True))
    max_model_len: int | None = None
    token_strs: list[str] | None = None


@attrs.frozen(repr=False)
class DetokenizeResponse(Answer):
    """The response of POST /detokenize.

    Attributes:
        prompt: The text.
    """

    prompt: str = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class TokenizerInfo(Answer):
    """The response of GET /tokenizer_info.

    The rest of the configuration differs between tokenizers; it is in `unknown_fields` and in
    `to_dict()`.

    Attributes:
        tokenizer_class: The class of the tokenizer.
    """

    tokenizer_class: str | None = None


def build_tokenize(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[TokenizeResponse]:
    """Build the request for the tokens of a prompt or a conversation. Raises RequestError."""
    refuse_unknown(options, _PROMPT_OPTIONS | _CHAT_OPTIONS, "tokenize()")
    if (options.get("prompt") is None) is (options.get("messages") is None):
        raise RequestError("tokenize(): expected either prompt=… or messages=…")
    if options.get("messages") is None:
        body = body_of(options, _PROMPT_OPTIONS, "tokenize(prompt=…)")
        refuse_messages("prompt", body["prompt"], "write messages=…")
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
