"""What a server offers, by its own documents and answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias, get_args

import attrs

from ...call.build_request import build
from ...call.option_checks import READING_OPTIONS, refuse_unknown
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_json, unexpected
from ...call.settings import ClientSettings
from ...errors import ApiError, RequestError
from .models import Model, ModelList

Capability: TypeAlias = Literal[
    "chat",
    "completions",
    "responses",
    "messages",
    "inference",
    "render",
    "generative_scoring",
    "embeddings",
    "pooling",
    "score",
    "rerank",
    "classify",
    "transcriptions",
    "translations",
    "tokenize",
    "tokenizer_info",
    "lora",
    "dev_mode",
    "profile",
    "elastic",
    "fault_tolerance",
]
"""A family of routes; vLLM registers each by the model's task, by a flag, or in dev mode."""

# A server that has this route has the family.
_ROUTES: dict[Capability, str] = {
    "chat": "/v1/chat/completions",
    "completions": "/v1/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
    "inference": "/inference/v1/generate",
    "render": "/v1/chat/completions/render",
    "generative_scoring": "/generative_scoring",
    "embeddings": "/v1/embeddings",
    "pooling": "/pooling",
    "score": "/score",
    "rerank": "/rerank",
    "classify": "/classify",
    "transcriptions": "/v1/audio/transcriptions",
    "translations": "/v1/audio/translations",
    "tokenize": "/tokenize",
    "tokenizer_info": "/tokenizer_info",
    "lora": "/v1/load_lora_adapter",
    "dev_mode": "/server_info",
    "profile": "/start_profile",
    "elastic": "/scale_elastic_ep",
    "fault_tolerance": "/fault_tolerance/status",
}

# What keeps a question from its answer, and no other: the route is hidden, or not there. Not 401:
# whoever asks what a server offers is to hear that the key is wrong.
_HIDDEN = frozenset({403, 404, 405})


@attrs.frozen(repr=False)
class Capabilities:
    """What a server offers. What it does not tell is None.

    version: vLLM's, such as "0.32.0".
    models: those that it serves, LoRA adapters too.
    routes: such as "POST /v1/embeddings", as its /openapi.json lists them; None for a server
        that was started with --disable-fastapi-docs. That a route is there does not say that it
        serves this model: /v1/systemone is always there, and most models have no use for it.
    """

    version: str | None
    models: tuple[Model, ...] | None
    routes: frozenset[str] | None

    @property
    def families(self) -> frozenset[Capability] | None:
        """The families that it offers."""
        if self.routes is None:
            return None
        paths = {route.partition(" ")[2] for route in self.routes}
        return frozenset(family for family, path in _ROUTES.items() if path in paths)

    def offers(self, family: Capability) -> bool | None:
        """Whether it offers this family; None where it does not tell.

        Raises RequestError for what is no family.
        """
        if family not in get_args(Capability):
            expected = ", ".join(get_args(Capability))
            raise RequestError(f"{family!r:.80} is no capability; expected one of {expected}")
        return None if self.families is None else family in self.families

    def __repr__(self) -> str:
        models = [f"{model.id} ({model.max_model_len} tokens)" for model in self.models or ()]
        offered = [family for family in _ROUTES if family in (self.families or ())]
        return (
            f"<vLLM {self.version or 'of a version that it does not tell'}; "
            f"models: {_listed(models, self.models)}; offers: {_listed(offered, self.families)}>"
        )


def _listed(names: Iterable[str], told: object) -> str:
    return "not told" if told is None else ", ".join(names) or "none"


def build_routes(settings: ClientSettings, call: Mapping[str, Any]) -> RequestSpec[frozenset[str]]:
    """The request for the server's own document of its routes."""
    refuse_unknown(call, READING_OPTIONS, "capabilities()")
    return build(settings, "GET", f"{settings.base_url.root}/openapi.json", _routes, call=call)


def capabilities_of(
    version: str | None, models: ModelList | None, routes: frozenset[str] | None
) -> Capabilities:
    """The answers to the three questions, as one."""
    return Capabilities(version, None if models is None else tuple(models), routes)


def is_hidden(error: ApiError) -> bool:
    """Whether the server only does not tell."""
    return error.code in _HIDDEN


def _routes(reply: HttpResponse) -> frozenset[str]:
    document = read_json(reply)
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        raise unexpected(reply, f"$.paths: expected an object, got {paths!r:.80}", "$.paths")
    return frozenset(
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        if isinstance(methods, dict)
        for method in methods
    )
