"""The configuration of several servers behind one client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args

import attrs

from ..errors import RequestError
from ..http.secrets import hidden

Policy: TypeAlias = Literal["least_loaded", "prefix", "round_robin"]
"""The policy for choosing a server; see `Servers`."""

_EXPECTED = "servers: expected base URLs, by name or as a list"
_SEPARATOR = re.compile(r"\s*,\s*(?=https?://)")


def _named(urls: Mapping[str, str] | Sequence[str]) -> Mapping[str, str]:
    if isinstance(urls, str | bytes) or not isinstance(urls, Iterable):
        raise RequestError(f"{_EXPECTED}, got {type(urls).__name__}")
    named = dict(urls) if isinstance(urls, Mapping) else {url: url for url in urls}
    if not named or not all(isinstance(name, str) and name for name in named):
        raise RequestError(_EXPECTED)
    return named


def _check_policy(_servers: Any, _field: Any, policy: object) -> None:
    if policy not in get_args(Policy):
        known = ", ".join(map(repr, get_args(Policy)))
        raise RequestError(f"policy: expected one of {known}, got {policy!r:.80}")


def _check_resolve(_servers: Any, _field: Any, resolve: object) -> None:
    if resolve not in (None, "all"):
        raise RequestError(f'resolve: expected "all" or None, got {resolve!r:.80}')


@attrs.frozen
class Servers:
    """Several servers that a client uses as one.

    Args:
        urls: The base URLs by server name, or a list of base URLs, which are then also the names.
        policy: How the server of an attempt is chosen. "least_loaded" (default): the server with
            the fewest requests of this client in flight. "prefix": the server that got the
            beginning of the prompt before, because its prefix cache probably has it, unless it is
            much busier than the others. "round_robin": each server in turn. Under every policy,
            requests with the same `session_id` go to the same server.
        resolve: "all" to resolve the host name of each URL and use every address as a server, for
            example for a headless Kubernetes service. Names are looked up at the first call, and
            every 30 seconds while there are calls. Default: None, each URL is one server.

    Raises:
        RequestError: There is no URL, a name is empty, or `policy` or `resolve` is unknown.

    Example:
        servers = Servers({"a": "http://gpu1:8000/v1", "b": "http://gpu2:8000/v1"})
        client = SyncVllmClient(servers)
    """

    urls: Mapping[str, str] = attrs.field(converter=_named, repr=lambda urls: repr(list(urls)))
    policy: Policy = attrs.field(default="least_loaded", kw_only=True, validator=_check_policy)
    resolve: Literal["all"] | None = attrs.field(
        default=None, kw_only=True, validator=_check_resolve
    )


def several(base_url: str | Sequence[str] | Servers) -> Servers | None:
    """Return the servers in `base_url`; None if it is the URL of one server.

    Raises:
        RequestError: `base_url` has a wrong type.
    """
    if isinstance(base_url, Servers):
        return base_url
    if isinstance(base_url, Mapping):
        raise RequestError("base_url: for servers with names write Servers({…})")
    if isinstance(base_url, bytes) or not isinstance(base_url, Iterable):
        raise RequestError(
            f"base_url: expected a URL, a list of URLs or Servers, got {type(base_url).__name__}"
        )
    if not isinstance(base_url, str):
        return Servers([hidden(str(url)) for url in base_url])
    urls = [hidden(url) for url in _SEPARATOR.split(base_url.strip(" ,"))]
    return Servers(urls) if len(urls) > 1 else None
