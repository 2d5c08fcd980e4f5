"""The models that a server offers: those it was started with, and LoRA adapters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import attrs

from ...call.response import HttpResponse, read_answer, reader
from ...codec.answer import CONTENT, Answer
from ...errors import ApiError
from ...vllm import routes
from ..common.calls import QueryCall


@attrs.frozen(repr=False)
class ModelPermission(Answer):
    """What may be done with a model, as OpenAI once told it. vLLM says the same of every model."""

    id: str | None = None
    object: str = "model_permission"
    created: int | None = None
    allow_create_engine: bool | None = None
    allow_sampling: bool | None = None
    allow_logprobs: bool | None = None
    allow_search_indices: bool | None = None
    allow_view: bool | None = None
    allow_fine_tuning: bool | None = None
    organization: str | None = None
    group: str | None = None
    is_blocking: bool | None = None


@attrs.frozen(repr=False)
class Model(Answer):
    """A model's card. `root` is where it was loaded from; a LoRA adapter's `parent` its base."""

    id: str = attrs.field(metadata=CONTENT)
    object: str = "model"
    created: int | None = None
    owned_by: str | None = None
    root: str | None = None
    parent: str | None = None
    max_model_len: int | None = None
    permission: list[ModelPermission] | None = None


@attrs.frozen(repr=False)
class ModelList(Answer):
    """The answer of GET /v1/models. Iterating gives the models."""

    data: list[Model] = attrs.field(metadata=CONTENT)
    object: str = "list"

    def __iter__(self) -> Iterator[Model]:
        return iter(self.data)


LIST = QueryCall(routes.MODELS, reader(ModelList), name="models.list()")


def retrieve(model: str) -> QueryCall[Model]:
    """The call for one model's card, out of the list: vLLM has no route for a single one.

    Reading the answer raises ApiError (404) where the list lacks the model.
    """
    return QueryCall(routes.MODELS, partial(_found, model), name="models.retrieve()")


def _found(model: str, reply: HttpResponse) -> Model:
    models = read_answer(reply, ModelList).data
    for card in models:
        if card.id == model:
            return card
    offered = ", ".join(card.id for card in models)
    error = ApiError(f"The model `{model}` does not exist; the server offers {offered}", 404)
    error.type, error.param = "NotFoundError", "model"
    raise error
