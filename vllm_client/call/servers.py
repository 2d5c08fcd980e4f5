"""Several servers behind one client: their names, their base URLs, and how one is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args

import attrs

from ..errors import RequestError
from ..http.secrets import hidden

Policy: TypeAlias = Literal["least_loaded", "prefix", "round_robin"]
"""How a server is chosen; see `Servers`."""

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

        client = SyncVllmClient(Servers({"a": "http://gpu1:8000/v1", "b": "http://gpu2:8000/v1"}))

    Args:
        urls: Base URLs by the names of the servers; or a list of them, whose names they are.
        policy: How the server of an attempt is chosen. "least_loaded", the default: the one with
            the fewest requests of this client in flight. "prefix": the one that got the beginning
            of the prompt before, so that it is likely to be in its prefix cache, unless it is much
            busier than the others. "round_robin": one after the other. Requests with the same
            `session_id` go to one server under each policy.
        resolve: "all" for a server at each address of each name, as of a headless service of
            Kubernetes. They are looked up at the first call, and every 30 seconds while there are
            calls. None, the default: each URL is one server.

    Raises:
        RequestError: There is no URL, a name is empty, or `policy` or `resolve` is unknown.
    """

    urls: Mapping[str, str] = attrs.field(converter=_named, repr=lambda urls: repr(list(urls)))
    policy: Policy = attrs.field(default="least_loaded", kw_only=True, validator=_check_policy)
    resolve: Literal["all"] | None = attrs.field(
        default=None, kw_only=True, validator=_check_resolve
    )


def several(base_url: str | Sequence[str] | Servers) -> Servers | None:
    """The servers that `base_url` names; None if it is that of one server. Raises RequestError."""
    if isinstance(base_url, Servers):
        return base_url
    if isinstance(base_url, Mapping):
        raise RequestError("base_url: servers with names are Servers({…})")
    if isinstance(base_url, bytes) or not isinstance(base_url, Iterable):
        raise RequestError(
            f"base_url: expected a URL, a list of URLs or Servers, got {type(base_url).__name__}"
        )
    if not isinstance(base_url, str):
        return Servers([hidden(str(url)) for url in base_url])
    urls = [hidden(url) for url in _SEPARATOR.split(base_url.strip(" ,"))]
    return Servers(urls) if len(urls) > 1 else None
