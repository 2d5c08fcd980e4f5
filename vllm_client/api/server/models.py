"""The models of a server: those that it was started with, and LoRA adapters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import attrs

from ...call.response import HttpResponse, read_answer, reader
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT
from ...status_errors import NotFoundError
from ...vllm import routes
from ..common.calls import QueryCall


@attrs.frozen(repr=False)
class ModelPermission(Answer):
    """OpenAI's former permissions of a model. vLLM sends the same values for every model.

    Attributes:
        id: The id of the permission.
        object: "model_permission".
        created: Seconds since 1970.
        allow_create_engine: Whether engines can be created.
        allow_sampling: Whether the model can generate.
        allow_logprobs: Whether log probabilities can be requested.
        allow_search_indices: Whether search indices can be created.
        allow_view: Whether the model is visible.
        allow_fine_tuning: Whether the model can be fine-tuned.
        organization: Who has the permission; "*" for everyone.
        group: The group that has the permission.
        is_blocking: Whether the permission is exclusive.
    """

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
    """A model or LoRA adapter that the server offers.

    Attributes:
        id: The name to use as `model=`.
        object: "model".
        created: Seconds since 1970; vLLM sends the time of its response.
        owned_by: "vllm".
        root: The path or repository that it was loaded from.
        parent: The name of the base model of a LoRA adapter.
        max_model_len: Max tokens of prompt and answer together.
        permission: OpenAI's former permissions.
    """

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
    """The response of GET /v1/models. Iterates over the models.

    Attributes:
        data: The models.
        object: "list".
    """

    data: list[Model] = attrs.field(metadata=CONTENT)
    object: str = "list"

    def __iter__(self) -> Iterator[Model]:
        return iter(self.data)


LIST = QueryCall(routes.MODELS, reader(ModelList), name="models.list()")


def retrieve(model: str) -> QueryCall[Model]:
    """Return the call for a single model. It requests the list, as vLLM has no route for a model.

    Reading the response raises NotFoundError if the model is not in the list.
    """
    return QueryCall(routes.MODELS, partial(_found, model), name="models.retrieve()")


def _found(model: str, reply: HttpResponse) -> Model:
    models = read_answer(reply, ModelList).data
    for card in models:
        if card.id == model:
            return card
    offered = ", ".join(card.id for card in models)
    error = NotFoundError(f"The model `{model}` does not exist; the server offers {offered}", 404)
    error.type, error.param = "NotFoundError", "model"
    raise error
