"""Find out what a server offers, from its OpenAPI document, models and version."""

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

# Capability -> the route that a server with this capability has.
_ROUTES: dict[Capability, Route] = {
    family: route
    for family in get_args(Capability)
    for route in routes.ROUTES
    if route.capability == family
}

# Statuses of a route that is hidden or missing; the value that it would return is then unknown.
# Not 401: a caller with a wrong API key gets the error.
_HIDDEN = frozenset({403, 404, 405})


@attrs.frozen(repr=False)
class Capabilities:
    """What a server offers. A value that the server does not report is None.

    Attributes:
        version: The version of vLLM, such as "0.33.0".
        models: The served models, including LoRA adapters.
        routes: Such as "POST /v1/embeddings", as listed in /openapi.json; None for a server with
            --disable-fastapi-docs. The model may not support a listed route: /v1/systemone is
            always listed, and most models do not support it.
    """

    version: str | None
    models: tuple[Model, ...] | None
    routes: frozenset[str] | None

    @property
    def families(self) -> frozenset[Capability] | None:
        """The capabilities that the server certainly has; None if it lists no routes."""
        if self.routes is None:
            return None
        return frozenset(family for family in _ROUTES if self.offers(family))

    def offers(self, family: Capability) -> bool | None:
        """Return whether the server offers a capability; None if that is unknown.

        vLLM before 0.16 registers all routes for every model, so its routes do not show what the
        model supports.

        Args:
            family: The name of the capability, such as "embeddings".

        Raises:
            RequestError: No capability has this name.
        """
        if family not in get_args(Capability):
            expected = ", ".join(get_args(Capability))
            raise RequestError(f"{family!r:.80} is not a capability; expected one of {expected}")
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
            f"<vLLM {self.version or 'of unknown version'}; "
            f"models: {_listed(models, self.models)}; offers: {_listed(offered, self.routes)}>"
        )


def _listed(names: Iterable[str], told: object) -> str:
    return "unknown" if told is None else ", ".join(names) or "none"


def capabilities_of(
    version: str | None, models: ModelList | None, routes: frozenset[str] | None
) -> Capabilities:
    """Combine version, model list and OpenAPI document; each is None if the server hides it."""
    return Capabilities(version, None if models is None else tuple(models), routes)


def is_hidden(error: ApiError) -> bool:
    """Return whether the route is hidden or missing, so that its value is unknown."""
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
