"""Render a request to the token ids that the engine would get, without generating."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from ...call.build_request import build_request
from ...call.request import RequestSpec
from ...call.response import reader
from ...call.settings import ClientSettings
from ...vllm import routes
from ..chat.options import ChatOptions
from ..chat.request import chat_body
from ..common.options import GenerationCallOptions
from ..common.render_options import DEPRECATED, RenderedTokens
from ..completions.options import CompletionOptions
from ..completions.request import completion_body
from .answers import RenderedRequest


class StreamedRequest(TypedDict, total=False):
    """Whether the rendered request asks for a stream."""

    stream: bool | None
    """Whether the rendered request asks for a stream. Default: False."""


class RenderChatKeywords(
    ChatOptions, RenderedTokens, StreamedRequest, GenerationCallOptions, total=False
):
    """Every keyword to render a chat, except messages."""


class RenderCompletionKeywords(
    CompletionOptions, RenderedTokens, StreamedRequest, GenerationCallOptions, total=False
):
    """Every keyword to render prompts, except prompt."""


_CHAT_OPTIONS = RenderChatKeywords.__optional_keys__ | {"messages"}
_COMPLETION_OPTIONS = RenderCompletionKeywords.__optional_keys__ | {"prompt"}


def build_render_chat(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[RenderedRequest]:
    """Build the request that renders a chat. Raises RequestError."""
    body = chat_body(options, _CHAT_OPTIONS, "render", DEPRECATED)
    read = reader(RenderedRequest)
    return build_request(settings, routes.RENDER_CHAT, read, body=body, call=options)


def build_render_completion(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[list[RenderedRequest]]:
    """Build the request that renders prompts. Raises RequestError."""
    body = completion_body(options, _COMPLETION_OPTIONS, "render", DEPRECATED)
    read = reader(list[RenderedRequest])
    return build_request(settings, routes.RENDER_COMPLETION, read, body=body, call=options)
