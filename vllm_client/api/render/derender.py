"""Derendering: what the engine generated, from token ids back to the answer of a chat or prompt.

Either the whole, or chunk by chunk. The server keeps nothing between chunks: each answer brings a
state, which goes along with the next chunk.
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
from ...codec.answer import CONTENT, Answer
from ...errors import RequestError
from ...vllm import routes
from ..chat.answers import ChatCompletionChunk, ChatCompletionResponse
from ..chat.options import ChatCallOptions
from ..chat.request import read_chat, thinking_of
from ..common.input_lists import listed
from ..common.options import GenerationCallOptions, ModelOption
from ..completions.answers import CompletionChunk, CompletionResponse

Generated: TypeAlias = Mapping[str, Any] | Answer
"""What /inference/v1/generate answered, or one chunk of its stream; as JSON, or an answer class."""


@attrs.frozen(repr=False)
class DerenderStreamState(Answer):
    """Where the derendering of a stream stands; for the next call, and of no other use."""

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
    """A chunk of a chat, and the state to send with the next one."""

    chunk: ChatCompletionChunk = attrs.field(metadata=CONTENT)
    stream_state: DerenderStreamState = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class DerenderCompletionStreamResponse(Answer):
    """A chunk of a text, and the state to send with the next one."""

    chunk: CompletionChunk = attrs.field(metadata=CONTENT)
    stream_state: DerenderStreamState = attrs.field(metadata=CONTENT)


class StreamState(TypedDict, total=False):
    """The place in a stream."""

    stream_state: DerenderStreamState | Mapping[str, Any] | None
    """The `stream_state` of the previous call. Default: none, which is right for the first one."""


class ChatRequestBody(TypedDict, total=False):
    """What was rendered."""

    chat_request: Mapping[str, Any] | None
    """The body that was rendered; a server with parsers needs it."""


class CompletionRequestBody(TypedDict, total=False):
    """What was rendered."""

    completion_request: Mapping[str, Any] | None
    """The body that was rendered. Default: none."""


class PromptTokenCount(TypedDict, total=False):
    """The length of the prompt."""

    prompt_tokens: int | None
    """Number of the prompt's tokens, for `usage`. Default: 0."""


class DerenderChatChunkKeywords(
    ModelOption, StreamState, ChatRequestBody, PromptTokenCount, GenerationCallOptions, total=False
):
    """Every keyword of the derendering of a chat's chunk, beside generate_chunk."""

    prompt_token_ids: Sequence[int] | None
    """All of the prompt's token ids; a server with parsers needs them."""


class DerenderChatKeywords(
    ModelOption, ChatRequestBody, PromptTokenCount, ChatCallOptions, total=False
):
    """Every keyword of the derendering of a chat, beside generate_response."""

    prompt_token_ids: Sequence[int] | None
    """The prompt's last token ids, or all, so that the text begins right. Default: the answer's."""


class DerenderCompletionChunkKeywords(
    ModelOption,
    StreamState,
    CompletionRequestBody,
    PromptTokenCount,
    GenerationCallOptions,
    total=False,
):
    """Every keyword of the derendering of a text's chunk, beside generate_chunk."""

    prompt_token_ids: Sequence[int] | None
    """The prompt's last token ids, or all, so that the text begins right. Default: the chunk's."""


class DerenderCompletionKeywords(
    ModelOption, CompletionRequestBody, GenerationCallOptions, total=False
):
    """Every keyword of the derendering of texts, beside generate_responses."""

    prompt_tokens: Sequence[int] | None
    """Number of each prompt's tokens, for `usage`. Default: 0."""
    prompt_token_ids: Sequence[Sequence[int] | None] | None
    """Each prompt's last token ids, or all, so that texts begin right. Default: the answers'."""


_CHAT_OPTIONS = DerenderChatKeywords.__optional_keys__ | {"generate_response"}
_CHAT_CHUNK_OPTIONS = DerenderChatChunkKeywords.__optional_keys__ | {"generate_chunk"}
_TEXT_OPTIONS = DerenderCompletionKeywords.__optional_keys__ | {"generate_responses"}
_TEXT_CHUNK_OPTIONS = DerenderCompletionChunkKeywords.__optional_keys__ | {"generate_chunk"}


def build_derender_chat(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ChatCompletionResponse | DerenderChatStreamResponse]:
    """The request for the answer of a chat, or for a chunk of it. Raises RequestError."""
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
    """The request for the texts of prompts, or for a chunk of one. Raises RequestError."""
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
        raise RequestError(f"derender(): expected {whole}=… or generate_chunk=…, and not both")
    return options.get("generate_chunk") is not None
