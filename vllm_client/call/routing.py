"""The facts that the choice of a server depends on, taken from a request while it is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ..errors import RequestError
from ..vllm.routes import RESPONSES, Route, is_per_server
from .settings import ClientSettings


@attrs.frozen
class Routing:
    """The facts that the choice of a server depends on.

    Attributes:
        server: The name of the server that the caller has chosen.
        fields: Those of the body, if it is JSON.
        response_id: The id of the stored response that the request is about or continues.
        stores: Whether the server may store the answer under its id.
    """

    server: str | None = None
    fields: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    response_id: str | None = None
    stores: bool = False


def routing_of(
    settings: ClientSettings,
    route: Route,
    parameters: Mapping[str, Any] | None,
    body: Mapping[str, Any] | None,
    server: str | None,
) -> Routing | None:
    """The routing of a request; None for a client of one server.

    Raises:
        RequestError: A client of one server is told which; or one of several is not told where
            this is needed.
    """
    if settings.servers is None:
        if server is not None:
            raise RequestError("server: this client has a single server")
        return None
    server = server or settings.pinned
    if server is None and _is_per_server(route):
        raise RequestError(
            f"{route} concerns one server, and this client has several: name it by server=…, use "
            "client.servers[…], or client.on_all_servers(…) for each of them"
        )
    response_id = (parameters or {}).get("response_id") or (body or {}).get("previous_response_id")
    return Routing(server, body, response_id, stores=route == RESPONSES)


def _is_per_server(route: Route) -> bool:
    """The same for a path that the caller has written, which is not from the table of routes."""
    return route.per_server or (not route.servers and is_per_server(route.method, route.full_path))
