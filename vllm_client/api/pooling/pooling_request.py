"""How requests to a pooler, and for classes, are built."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ...call.build_request import build
from ...call.option_checks import body_of, require
from ...call.request import RequestSpec
from ...call.response import reader
from ...call.settings import ClientSettings
from ..common.input_lists import conversation
from .options import ClassifyKeywords, PoolingKeywords
from .pooling import ClassificationResponse, IOProcessorResponse, PoolingResponse, read_pooling
from .tensors import TensorFormat

CLASSIFY_OPTIONS = frozenset(ClassifyKeywords.__optional_keys__) | {"input", "messages"}
POOLING_OPTIONS = frozenset(PoolingKeywords.__optional_keys__) | {"input", "messages", "data"}


def build_pooling(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[PoolingResponse | IOProcessorResponse]:
    """The request to /pooling, of `input` or `messages`, or of a plugin's `data`.

    Raises RequestError.
    """
    body = body_of(options, POOLING_OPTIONS, "pooling()")
    path = f"{settings.base_url.root}/pooling"
    if body.get("data") is not None:
        return build(settings, "POST", path, reader(IOProcessorResponse), body=body, call=options)
    _check_input(body)
    asked = TensorFormat.of(body, for_list=False, count=None)
    return build(settings, "POST", path, partial(read_pooling, asked), body=body, call=options)


def build_classify(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ClassificationResponse]:
    """The request for the classes of `input` or `messages`. Raises RequestError."""
    body = body_of(options, CLASSIFY_OPTIONS, "classify()")
    _check_input(body)
    path = f"{settings.base_url.root}/classify"
    return build(settings, "POST", path, reader(ClassificationResponse), body=body, call=options)


def _check_input(body: dict[str, Any]) -> None:
    require(body, ("input", "messages"))
    if body.get("messages") is not None:
        body["messages"] = conversation(body["messages"])
