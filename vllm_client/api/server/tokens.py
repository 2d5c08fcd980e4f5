"""Text to token ids and back, by the server's own tokenizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import attrs

from ...call.build_request import build_request
from ...call.option_checks import body_of, refuse_unknown
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, reader
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ...errors import RequestError
from ...vllm import routes
from ..common.calls import BodyCall, QueryCall
from ..common.input_lists import conversation, listed
from ..common.options import GenerationCallOptions, ToolParam


class TokenizeOptions(TypedDict, total=False):
    """The options of `client.tokenize(prompt=…)`."""

    add_special_tokens: bool
    """Whether special tokens, such as the opening one, are added. Default: True."""
    return_token_strs: bool | None
    """Whether to tell each token's text as well. Default: False."""


class TokenizeChatOptions(TypedDict, total=False):
    """The options of `client.tokenize(messages=…)`."""

    tools: Sequence[ToolParam | Mapping[str, Any]] | None
    """The functions that the model may call. Default: none."""
    add_generation_prompt: bool
    """Whether the prompt ends with the opening of an assistant's message. Default: True."""
    continue_final_message: bool
    """Whether the last message is left open; needs add_generation_prompt=False. Default: False."""
    add_special_tokens: bool
    """Whether to add special tokens to those of the chat template. Default: False."""
    return_token_strs: bool | None
    """Whether to tell each token's text as well. Default: False."""
    chat_template: str | None
    """A Jinja template, if the server trusts those of requests. Default: the model's."""
    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the template, such as {"enable_thinking": False}. Default: none."""
    media_io_kwargs: Mapping[str, Mapping[str, Any]] | None
    """Modality -> how its media are read, if the server trusts requests. Default: the server's."""
    mm_processor_kwargs: Mapping[str, Any] | None
    """Arguments for the media processor, if the server trusts requests. Default: the server's."""


class TokenizeKeywords(TokenizeOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.tokenize(prompt=…)`, beside model and prompt."""


class TokenizeChatKeywords(TokenizeChatOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.tokenize(messages=…)`, beside model and messages."""


class DetokenizeKeywords(GenerationCallOptions, total=False):
    """Every keyword of `client.detokenize(…)`, beside tokens."""

    model: str
    """The model to use. Default: the one that the server has."""


_PROMPT_OPTIONS = TokenizeKeywords.__optional_keys__ | {"model", "prompt"}
_CHAT_OPTIONS = TokenizeChatKeywords.__optional_keys__ | {"model", "messages"}


@attrs.frozen(repr=False)
class TokenizeResponse(Answer):
    """The answer of POST /tokenize.

    max_model_len: how many tokens the model holds, of prompt and answer together. token_strs: as
    the tokenizer writes them, which may differ from the text: "Ġhello".
    """

    tokens: list[int]
    count: int
    max_model_len: int
    token_strs: list[str] | None = None


@attrs.frozen(repr=False)
class DetokenizeResponse(Answer):
    """The answer of POST /detokenize."""

    prompt: str


@attrs.frozen(repr=False)
class TokenizerInfo(Answer):
    """The answer of GET /tokenizer_info: the tokenizer's class.

    What else its configuration holds, which differs from tokenizer to tokenizer, is in
    `unknown_fields`, and in `to_dict()`.
    """

    tokenizer_class: str


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
