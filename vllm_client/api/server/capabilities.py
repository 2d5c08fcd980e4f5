"""What a server offers, by its own documents and answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import attrs

from ...call.response import HttpResponse, read_success, unexpected
from ...errors import ApiError, RequestError
from ...vllm import routes
from ...vllm.routes import Capability, Route
from ...vllm.versions import registers_by_model
from ..common.calls import QueryCall
from .models import Model, ModelList

# A server that has this route has the family.
_ROUTES: dict[Capability, Route] = {
    family: route
    for family in get_args(Capability)
    for route in routes.ROUTES
    if route.capability == family
}

# What keeps a question from its answer, and no other: the route is hidden, or not there. Not 401:
# whoever asks what a server offers is to hear that the key is wrong.
_HIDDEN = frozenset({403, 404, 405})


@attrs.frozen(repr=False)
class Capabilities:
    """What a server offers. What it does not tell is None.

    version: vLLM's, such as "0.33.0".
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
        """The families that it surely offers."""
        if self.routes is None:
            return None
        return frozenset(family for family in _ROUTES if self.offers(family))

    def offers(self, family: Capability) -> bool | None:
        """Whether it offers this family; None where it does not tell.

        vLLM before 0.16 registers all routes, so that it does not tell what its model can do.

        Raises RequestError for what is no family.
        """
        if family not in get_args(Capability):
            expected = ", ".join(get_args(Capability))
            raise RequestError(f"{family!r:.80} is no capability; expected one of {expected}")
        route = _ROUTES[family]
        if self.routes is None:
            return None
        if str(route) not in self.routes:
            return False
        return None if route.depends_on_model and not registers_by_model(self.version) else True

    def __repr__(self) -> str:
        models = [f"{model.id} ({model.max_model_len} tokens)" for model in self.models or ()]
        offered = [family for family in _ROUTES if self.offers(family)]
        return (
            f"<vLLM {self.version or 'of a version that it does not tell'}; "
            f"models: {_listed(models, self.models)}; offers: {_listed(offered, self.routes)}>"
        )


def _listed(names: Iterable[str], told: object) -> str:
    return "not told" if told is None else ", ".join(names) or "none"


def capabilities_of(
    version: str | None, models: ModelList | None, routes: frozenset[str] | None
) -> Capabilities:
    """The answers to the three questions, as one."""
    return Capabilities(version, None if models is None else tuple(models), routes)


def is_hidden(error: ApiError) -> bool:
    """Whether the server only does not tell."""
    return error.code in _HIDDEN


def _routes(reply: HttpResponse) -> frozenset[str]:
    document = read_success(reply)
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        raise unexpected(reply, f"$.paths: expected an object, got {paths!r:.80}", "$.paths")
    return frozenset(
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        if isinstance(methods, dict)
        for method in methods
    )


DOCUMENT = QueryCall(routes.OPENAPI, _routes, name="capabilities()")
