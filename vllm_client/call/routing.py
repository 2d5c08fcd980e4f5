"""Collect the facts on which the choice of a server depends, while a request is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ..errors import RequestError
from ..vllm.routes import RESPONSES, Route, is_per_server
from .settings import ClientSettings


@attrs.frozen
class Routing:
    """The facts on which the choice of a server depends.

    Attributes:
        server: The name of the server that the caller selects; None for any server.
        fields: The fields of a JSON body; None for other bodies.
        response_id: The id of the stored response that the request retrieves, cancels or continues.
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
    """Return the routing of a request; None for a client of one server.

    Raises:
        RequestError: `server` is given, but the client has only one server; or it is missing, but
            the client has several servers and the route concerns a single one.
    """
    if settings.servers is None:
        if server is not None:
            raise RequestError("server: this client has a single server")
        return None
    server = server or settings.pinned
    if server is None and _is_per_server(route):
        raise RequestError(
            f"{route} concerns one server, and this client has several: pass server=…, use "
            "client.servers[…], or client.on_all_servers(…) for each of them"
        )
    response_id = (parameters or {}).get("response_id") or (body or {}).get("previous_response_id")
    return Routing(server, body, response_id, stores=route == RESPONSES)


def _is_per_server(route: Route) -> bool:
    """Return `route.per_server`; look it up by path for a route of `client.request()`."""
    return route.per_server or (not route.servers and is_per_server(route.method, route.full_path))
