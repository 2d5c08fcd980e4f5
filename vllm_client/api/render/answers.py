"""What the render routes answer: a request as the engine gets it."""

from __future__ import annotations

from typing import Any

import attrs

from ...codec.answer import CONTENT, Answer


@attrs.frozen(repr=False)
class PlaceholderRange(Answer):
    """Where the placeholder tokens of one image, audio or video stand in the prompt."""

    offset: int
    length: int


@attrs.frozen(repr=False)
class MultiModalFeatures(Answer):
    """The media of a prompt, by modality: hashes, places, and their tensors in base64.

    kwargs_data, mm_metadata: None for a request with mm_payload="none".
    """

    mm_hashes: dict[str, list[str]]
    mm_placeholders: dict[str, list[PlaceholderRange]]
    kwargs_data: dict[str, list[str | None]] | None = None
    mm_metadata: dict[str, list[str | None]] | None = None


@attrs.frozen(repr=False)
class RenderedRequest(Answer):
    """A prompt as token ids, with all that belongs to it: a body for /inference/v1/generate.

    parse_context: what a server needs to read the answer as a chat's message (vLLM 0.33 and later).
    """

    token_ids: list[int] = attrs.field(metadata=CONTENT)
    request_id: str | None = None
    model: str | None = None
    sampling_params: dict[str, Any] = attrs.field(factory=dict)
    token_offsets: list[list[int]] | None = None
    features: MultiModalFeatures | None = attrs.field(default=None, metadata=CONTENT)
    content_parts: list[dict[str, Any]] | None = None
    reasoning_ended: bool | None = None
    reasoning_parser_kwargs: dict[str, Any] | None = None
    return_token_ids: bool | None = None
    output_mode: str | None = None
    parse_context: dict[str, Any] | None = None
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    cache_salt: str | None = None
    priority: int | None = None
    kv_transfer_params: dict[str, Any] | None = None
    ec_transfer_params: dict[str, Any] | None = None
