"""Answer classes of the render routes: requests as the engine gets them."""

from __future__ import annotations

from typing import Any

import attrs

from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT


@attrs.frozen(repr=False)
class PlaceholderRange(Answer):
    """The position in the prompt of the placeholder tokens of an image, audio or video.

    Attributes:
        offset: The position of the first token, from 0.
        length: The number of tokens.
    """

    offset: int
    length: int


@attrs.frozen(repr=False)
class MultiModalFeatures(Answer):
    """The images and other media items of a prompt.

    Each field is a dict from the modality, such as "image", to a list with a value for each item.

    Attributes:
        mm_hashes: A hash of each item, which is its key in the server's cache.
        mm_placeholders: The position of each item in the prompt.
        kwargs_data: The tensors of each item in base64. None for a request with mm_payload="none";
            the same holds for `mm_metadata`.
        mm_metadata: Metadata of each item in base64, without its tensors.
    """

    mm_hashes: dict[str, list[str]]
    mm_placeholders: dict[str, list[PlaceholderRange]]
    kwargs_data: dict[str, list[str | None]] | None = None
    mm_metadata: dict[str, list[str | None]] | None = None


@attrs.frozen(repr=False)
class RenderedRequest(Answer):
    """A rendered prompt with its options: a body for /inference/v1/generate.

    Attributes:
        token_ids: The token ids of the prompt.
        request_id: The id of the request.
        model: The name of the model.
        sampling_params: How tokens are sampled (see `SamplingParams`).
        token_offsets: Where each token begins and ends in the text, in characters. None unless
            requested with return_token_offsets=True.
        features: The images and other media items. None without media.
        content_parts: The images and other media items by URL, instead of `features`.
        reasoning_ended: Whether the reasoning has ended within the prompt. None if unknown.
        reasoning_parser_kwargs: Arguments of the engine's reasoning parser.
        return_token_ids: Whether the response contains the prompt's token ids.
        output_mode: The content of the answer: "tokens", "text" or "derender".
        parse_context: How a server parses the answer into a message. vLLM 0.33 and later.
        stream: Whether the request asks for a stream.
        stream_options: What a stream contains in addition to deltas.
        cache_salt: The secret that separates prefix caches.
        priority: The priority in the server's queue; lower is earlier.
        kv_transfer_params: Where the KV cache goes, if prefill and decode are separate servers.
        ec_transfer_params: Where the encoder cache goes, if the encoder is a separate server.
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
