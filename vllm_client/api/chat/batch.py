"""Several conversations in one request: POST /v1/chat/completions/batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypedDict

from ...call.build_request import build_request
from ...call.option_checks import body_of
from ...call.request import RequestSpec
from ...call.settings import ClientSettings
from ...codec.thinking import Thinking
from ...vllm import routes
from ..common.input_lists import conversations
from ..common.options import GenerationCallOptions, ResponseFormat, Strings, StructuredOutputs
from .answers import ChatCompletionResponse
from .request import read_chat, thinking_of


class BatchChatOptions(TypedDict, total=False):
    """The options of `client.chat.completions.batch`, beside model and messages.

    There are no streams, no tools and no beams, and there is one answer to each conversation.
    """

    temperature: float | None
    """Randomness from 0 (always the likeliest token) to 2. Default: the model's, else 1."""
    max_completion_tokens: int | None
    """The most tokens to write, of each answer. Default: what the context still holds."""
    max_tokens: int | None
    """The older name of `max_completion_tokens`, which wins."""
    top_p: float | None
    """Sample from the likeliest tokens that make up this share. Default: the model's, else 1."""
    top_k: int | None
    """Sample from this many likeliest tokens; 0 or -1 is all. Default: the model's, else 0."""
    min_p: float | None
    """Drop tokens below this share of the top probability. Default: the model's, else 0."""
    seed: int | None
    """Makes sampling repeatable. Default: none."""
    stop: str | Strings | None
    """Texts, at most 4, at which an answer ends, without them. Default: none."""
    include_stop_str_in_output: bool
    """Whether the text that ended an answer stays in it. Default: False."""
    frequency_penalty: float | None
    """Makes a token less likely each time it was written, -2 to 2. Default: the model's, else 0."""
    presence_penalty: float | None
    """Makes tokens less likely once they were written, -2 to 2. Default: the model's, else 0."""
    repetition_penalty: float | None
    """Above 1: less of what prompt and answer hold; below 1: more. Default: the model's, else 1."""
    logit_bias: Mapping[str, float] | None
    """Token id, as a string -> what to add to its logit, -100 to 100. Default: nothing."""
    logprobs: bool | None
    """Whether to tell the log probability of each token written. Default: False."""
    top_logprobs: int | None
    """Alternatives to tell for each token, -1 for all; needs `logprobs`. Default: 0."""
    logprob_token_ids: Sequence[int] | None
    """Exact token ids to tell log probabilities of; needs `logprobs`. Default: the likeliest."""
    response_format: ResponseFormat | None
    """What form the answers have, as OpenAI says it. Default: free text."""
    structured_outputs: StructuredOutputs | None
    """What form the answers have, as vLLM says it. Default: free text."""
    include_reasoning: bool
    """Whether the answers hold the thinking. Default: True."""
    echo: bool
    """Whether an answer begins with the last message, if of the same role. Default: False."""
    add_generation_prompt: bool
    """Whether a prompt ends with the opening of an assistant's message. Default: True."""
    continue_final_message: bool
    """Whether to go on with the last message; needs add_generation_prompt=False. Default: False."""
    chat_template: str | None
    """A Jinja template, if the server trusts those of requests. Default: the model's."""
    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the template, such as {"enable_thinking": False}. Default: none."""
    media_io_kwargs: Mapping[str, Mapping[str, Any]] | None
    """Modality -> how its media are read, if the server trusts requests. Default: the server's."""
    mm_processor_kwargs: Mapping[str, Any] | None
    """Arguments for the media processor, if the server trusts requests. Default: the server's."""
    priority: int
    """Lower goes first; not 0 only on a server with priority scheduling. Default: 0."""
    request_id: str | None
    """The stem of the answer's id. Default: the X-Request-Id header, else a random one."""
    cache_salt: str | None
    """A secret, 1 to 128 characters, that keeps others off our prefix cache. Default: none."""
    return_tokens_as_token_ids: bool | None
    """Whether `logprobs` names tokens as "token_id:123". Default: the server's setting."""
    return_token_ids: bool
    """Whether the answers also hold their token ids. Default: False."""
    watermarking: bool | None
    """Whether the server's watermark, if it has one, marks the answers. Default: True."""
    user: str | None
    """The end user's name; vLLM ignores it."""
    n: int | None
    """vLLM refuses any but 1."""
    use_beam_search: bool
    """vLLM refuses True."""
    tool_choice: Literal["none"] | None
    """vLLM refuses any other."""
    best_of: int | None
    """vLLM ignores it."""
    length_penalty: float | None
    """For beams, which there are none of: vLLM ignores it."""
    early_stopping: bool
    """For beams, which there are none of: vLLM ignores it."""
    guided_decoding_backend: str | None
    """vLLM ignores it."""


class BatchChatKeywords(BatchChatOptions, GenerationCallOptions, total=False):
    """Every keyword of a batch, beside messages."""

    model: str
    """The model to use. Default: the one that the server has."""
    thinking: bool | Thinking
    """Whether, and by which tags, thinking left in the text is taken out. Default: the client's."""


_OPTIONS = BatchChatKeywords.__optional_keys__ | {"messages"}


def build_chat_batch(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ChatCompletionResponse]:
    """The request for an answer to each of several conversations. Raises RequestError."""
    body = body_of(options, _OPTIONS, "chat.completions.batch()")
    body["messages"] = conversations(body.get("messages"))
    read = partial(read_chat, thinking_of(settings, options))
    return build_request(settings, routes.CHAT_COMPLETIONS_BATCH, read, body=body, call=options)
