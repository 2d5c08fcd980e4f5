"""The models that a server offers: those it was started with, and LoRA adapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from ...call.build_request import build
from ...call.option_checks import READING_OPTIONS, refuse_unknown
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, reader
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ...errors import ApiError


@attrs.frozen(repr=False)
class ModelPermission(Answer):
    """What may be done with a model, as OpenAI once told it. vLLM says the same of every model."""

    id: str = ""
    object: str = "model_permission"
    created: int = 0
    allow_create_engine: bool = False
    allow_sampling: bool = True
    allow_logprobs: bool = True
    allow_search_indices: bool = False
    allow_view: bool = True
    allow_fine_tuning: bool = False
    organization: str = "*"
    group: str | None = None
    is_blocking: bool = False


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
    permission: list[ModelPermission] | None = None


@attrs.frozen(repr=False)
class ModelList(Answer):
    """The answer of GET /v1/models. Iterating gives the models."""

    data: list[Model]
    object: str = "list"

    def __iter__(self) -> Iterator[Model]:
        return iter(self.data)


def build_models(settings: ClientSettings, call: Mapping[str, Any]) -> RequestSpec[ModelList]:
    """The request for the list of models. Raises RequestError."""
    refuse_unknown(call, READING_OPTIONS, "models.list()")
    return build(settings, "GET", f"{settings.base_url.api}/models", reader(ModelList), call=call)


def build_model(
    settings: ClientSettings, model: str, call: Mapping[str, Any]
) -> RequestSpec[Model]:
    """The request for one model's card, out of the list: vLLM has no route for a single one.

    Raises RequestError; reading the answer raises ApiError (404) where the list lacks the model.
    """
    refuse_unknown(call, READING_OPTIONS, "models.retrieve()")
    path = f"{settings.base_url.api}/models"
    return build(settings, "GET", path, lambda reply: _found(reply, model), call=call)


def _found(reply: HttpResponse, model: str) -> Model:
    models = read_answer(reply, ModelList).data
    for card in models:
        if card.id == model:
            return card
    offered = ", ".join(card.id for card in models)
    error = ApiError(f"The model `{model}` does not exist; the server offers {offered}", 404)
    error.type, error.param = "NotFoundError", "model"
    raise error
