"""How requests for embeddings are built."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ...call.build_request import build
from ...call.option_checks import body_of, require
from ...call.request import RequestSpec
from ...call.response import reader
from ...call.settings import ClientSettings
from ..common.input_lists import one_or_several
from .embeddings import EmbeddingResponse, EmbedV2Response, read_embeddings
from .options import EmbeddingKeywords, EmbedV2Keywords
from .tensors import TensorFormat

OPTIONS = frozenset(EmbeddingKeywords.__optional_keys__) | {"input", "messages"}
V2_INPUTS = ("texts", "images", "inputs")
V2_OPTIONS = frozenset(EmbedV2Keywords.__optional_keys__) | {*V2_INPUTS}

# Floats in JSON are four times as long, and slower to read. The order of bytes is told, too, since
# the default is that of the server's machine.
_COMPACT = {"encoding_format": "base64", "endianness": "little"}


def build_embeddings(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[EmbeddingResponse]:
    """The request for embeddings of `input` or `messages`. Raises RequestError."""
    given = body_of(options, OPTIONS, "embeddings.create()")
    require(given, ("input", "messages"))
    if given.get("messages") is not None:
        given["messages"] = one_or_several(given["messages"])
    ours = "encoding_format" not in given
    body = {**_COMPACT, **given} if ours else given
    asked = TensorFormat.of(body, for_list=ours, count=count_inputs(body))
    path = f"{settings.base_url.api}/embeddings"
    return build(settings, "POST", path, partial(read_embeddings, asked), body=body, call=options)


def build_embed_v2(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[EmbedV2Response]:
    """The request to /v2/embed, for texts, images or mixed inputs. Raises RequestError."""
    body = body_of(options, V2_OPTIONS, "embed_v2()")
    require(body, V2_INPUTS)
    path = f"{settings.base_url.root}/v2/embed"
    return build(settings, "POST", path, reader(EmbedV2Response), body=body, call=options)


def count_inputs(body: Mapping[str, Any]) -> int:
    """How many inputs a request has: texts, lists of token ids, or conversations."""
    inputs = body.get("messages") or body.get("input")
    if isinstance(inputs, list | tuple) and inputs and isinstance(inputs[0], str | list | tuple):
        return len(inputs)
    return 1
