"""Derender: convert generated token ids to the answer of a chat or of a text completion.

A request derenders a complete answer or one chunk of a stream. The server keeps no state between
chunks: each response contains a state to send with the next chunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias, TypedDict

import attrs

from ...call.build_request import build_request
from ...call.option_checks import body_of
from ...call.request import RequestSpec
from ...call.response import reader, reader_of_choices
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT
from ...errors import RequestError
from ...vllm import routes
from ..chat.answers import ChatCompletionChunk, ChatCompletionResponse
from ..chat.options import ChatCallOptions
from ..chat.request import read_chat, thinking_of
from ..common.input_lists import listed
from ..common.options import GenerationCallOptions, ModelOption
from ..completions.answers import CompletionChunk, CompletionResponse

Generated: TypeAlias = Mapping[str, Any] | Answer
"""A response of /inference/v1/generate or a chunk of its stream, as a dict or an answer class."""


@attrs.frozen(repr=False)
class DerenderStreamState(Answer):
    """The state of the derendering of a stream, to send with the next chunk.

    Attributes:
        prev_tokens: The texts of the last tokens, which are decoded again with the next ones.
        prefix_offset: Where decoding starts in `prev_tokens`.
        read_offset: The number of `prev_tokens` that have been returned.
        role_sent: Whether a chunk has had the role of the message.
        logprob_context_token_ids: The last token ids, needed to decode the next ones for log
            probabilities.
        logprob_text_offset: The length of the tokens whose log probabilities were returned.
        output_token_ids: All token ids so far, on servers with parsers.
        output_chunk_lens: The number of tokens of each chunk so far, on servers with parsers.
        tools_streamed: Whether a chunk has had a tool call.
        last_tool_call_ids: The ids of the tool calls so far.
    """

    prev_tokens: list[str] = attrs.field(factory=list)
    prefix_offset: int = 0
    read_offset: int = 0
    role_sent: bool = False
    logprob_context_token_ids: list[int] = attrs.field(factory=list)
    logprob_text_offset: int = 0
    output_token_ids: list[int] = attrs.field(factory=list)
    output_chunk_lens: list[int] = attrs.field(factory=list)
    tools_streamed: bool = False
    last_tool_call_ids: list[str] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class DerenderChatStreamResponse(Answer):
    """A derendered chunk of a chat.

    Attributes:
        chunk: The chunk.
        stream_state: The state to send with the next chunk.
    """

    chunk: ChatCompletionChunk = attrs.field(metadata=CONTENT)
    stream_state: DerenderStreamState = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class DerenderCompletionStreamResponse(Answer):
    """A derendered chunk of a text completion.

    Attributes:
        chunk: The chunk.
        stream_state: The state to send with the next chunk.
    """

    chunk: CompletionChunk = attrs.field(metadata=CONTENT)
    stream_state: DerenderStreamState = attrs.field(metadata=CONTENT)


class StreamState(TypedDict, total=False):
    """The state of the derendering of a stream."""

    stream_state: DerenderStreamState | Mapping[str, Any] | None
    """The `stream_state` of the previous call. Default: none, for the first chunk."""


class ChatRequestBody(TypedDict, total=False):
    """The chat that was rendered."""

    chat_request: Mapping[str, Any] | None
    """The body of the rendered request; servers with tool or reasoning parsers require it."""


class CompletionRequestBody(TypedDict, total=False):
    """The text completion that was rendered."""

    completion_request: Mapping[str, Any] | None
    """The body of the rendered request. Default: none."""


class PromptTokenCount(TypedDict, total=False):
    """The length of the prompt."""

    prompt_tokens: int | None
    """Number of tokens of the prompt, to report in `usage`. Default: 0."""


class DerenderChatChunkKeywords(
    ModelOption, StreamState, ChatRequestBody, PromptTokenCount, GenerationCallOptions, total=False
):
    """Every keyword to derender a chunk of a chat, except generate_chunk."""

    prompt_token_ids: Sequence[int] | None
    """All token ids of the prompt; servers with tool or reasoning parsers require them."""


class DerenderChatKeywords(
    ModelOption, ChatRequestBody, PromptTokenCount, ChatCallOptions, total=False
):
    """Every keyword to derender a chat, except generate_response."""

    prompt_token_ids: Sequence[int] | None
    """Token ids of the prompt: all, or only the last ones. The server needs them to decode a space
    at the start of the text. Default: those of the response, if it has them."""


class DerenderCompletionChunkKeywords(
    ModelOption,
    StreamState,
    CompletionRequestBody,
    PromptTokenCount,
    GenerationCallOptions,
    total=False,
):
    """Every keyword to derender a chunk of a text completion, except generate_chunk."""

    prompt_token_ids: Sequence[int] | None
    """Token ids of the prompt: all, or only the last ones. The server needs them to decode a space
    at the start of the text. Default: those of the chunk, if it has them."""


class DerenderCompletionKeywords(
    ModelOption, CompletionRequestBody, GenerationCallOptions, total=False
):
    """Every keyword to derender text completions, except generate_responses."""

    prompt_tokens: Sequence[int] | None
    """Number of tokens of each prompt, to report in `usage`. Default: 0."""
    prompt_token_ids: Sequence[Sequence[int] | None] | None
    """Token ids of each prompt: all, or only the last ones. The server needs them to decode a space
    at the start of a text. Default: those of the responses, if they have them."""


_CHAT_OPTIONS = DerenderChatKeywords.__optional_keys__ | {"generate_response"}
_CHAT_CHUNK_OPTIONS = DerenderChatChunkKeywords.__optional_keys__ | {"generate_chunk"}
_TEXT_OPTIONS = DerenderCompletionKeywords.__optional_keys__ | {"generate_responses"}
_TEXT_CHUNK_OPTIONS = DerenderCompletionChunkKeywords.__optional_keys__ | {"generate_chunk"}


def build_derender_chat(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ChatCompletionResponse | DerenderChatStreamResponse]:
    """Build the request that derenders a chat, or a chunk of one. Raises RequestError."""
    route = routes.DERENDER_CHAT
    if _is_chunk(options, "generate_response"):
        body = _chunk_body(options, _CHAT_CHUNK_OPTIONS, "chat.completions")
        read_chunk = reader(DerenderChatStreamResponse)
        return build_request(settings, route, read_chunk, body=body, call=options)
    body = body_of(options, _CHAT_OPTIONS, "chat.completions.derender(generate_response=…)")
    read = partial(read_chat, thinking_of(settings, options))
    return build_request(settings, route, read, body=body, call=options)


def build_derender_completion(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[CompletionResponse | DerenderCompletionStreamResponse]:
    """Build the request that derenders text completions, or a chunk of one. Raises RequestError."""
    route = routes.DERENDER_COMPLETION
    if _is_chunk(options, "generate_responses"):
        body = _chunk_body(options, _TEXT_CHUNK_OPTIONS, "completions")
        read_chunk = reader(DerenderCompletionStreamResponse)
        return build_request(settings, route, read_chunk, body=body, call=options)
    body = body_of(options, _TEXT_OPTIONS, "completions.derender(generate_responses=…)")
    body["generate_responses"] = listed("generate_responses", body["generate_responses"])
    return build_request(
        settings, route, reader_of_choices(CompletionResponse), body=body, call=options
    )


def _chunk_body(options: Mapping[str, Any], known: frozenset[str], family: str) -> dict[str, Any]:
    method = f"{family}.derender(generate_chunk=…)"
    return body_of(options, known, method) | {"stream": True}


def _is_chunk(options: Mapping[str, Any], whole: str) -> bool:
    if (options.get(whole) is None) is (options.get("generate_chunk") is None):
        raise RequestError(f"derender(): expected either {whole}=… or generate_chunk=…")
    return options.get("generate_chunk") is not None
