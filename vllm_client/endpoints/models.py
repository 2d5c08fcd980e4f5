"""The models that a server offers: those it was started with, and LoRA adapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from ..answer import Answer
from ..build import READING_OPTIONS, build, refuse_unknown
from ..read import reader
from ..request import RequestSpec
from ..settings import Settings


@attrs.frozen(repr=False)
class Model(Answer):
    """A model's card. `root` is where it was loaded from; a LoRA adapter's `parent` its base."""

    id: str
    object: str = "model"
    created: int = 0
    owned_by: str = "vllm"
    root: str | None = None
    parent: str | None = None
    max_model_len: int | None = None
    permission: list[dict[str, Any]] | None = None


@attrs.frozen(repr=False)
class ModelList(Answer):
    """The answer of GET /v1/models. Iterating gives the models."""

    data: list[Model]
    object: str = "list"

    def __iter__(self) -> Iterator[Model]:
        return iter(self.data)


def build_models(settings: Settings, call: Mapping[str, Any]) -> RequestSpec[ModelList]:
    """The request for the list of models. Raises RequestError."""
    refuse_unknown(call, READING_OPTIONS, "models.list()")
    return build(settings, "GET", f"{settings.base_url.api}/models", reader(ModelList), call=call)
