"""Whether the environment names a proxy for a URL, after NO_PROXY."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote


def proxy_for(scheme: str, host: str, port: int, environment: Mapping[str, str]) -> str | None:
    """The proxy's URL; None where the way is direct.

    HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY are read in either case, the lower first.
    """
    proxy = _read(environment, f"{scheme}_proxy") or _read(environment, "all_proxy")
    if not proxy or _is_excepted(host.lower(), port, _read(environment, "no_proxy")):
        return None
    return proxy


def proxy_credentials(environment: Mapping[str, str]) -> tuple[str, ...]:
    """`user:password` of every proxy that the environment names, as it stands and unquoted."""
    urls = [_read(environment, f"{scheme}_proxy") for scheme in ("http", "https", "all")]
    before_host = [(url.partition("://")[2] or url).rpartition("@")[0] for url in urls]
    return tuple(
        dict.fromkeys(
            form for quoted in before_host if quoted for form in (quoted, unquote(quoted))
        )
    )


def _read(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, environment.get(name.upper(), ""))


def _is_excepted(host: str, port: int, no_proxy: str) -> bool:
    """Whether NO_PROXY lists the host: by its name, its domain, with or without port, or `*`."""
    for entry in no_proxy.lower().replace(",", " ").split():
        name, only_port = _name_and_port(entry.partition("://")[2] or entry)
        if only_port not in ("", str(port)):
            continue
        name = name.removeprefix("*").removeprefix(".").strip("[]")
        if entry == "*" or host == name or (name and host.endswith(f".{name}")):
            return True
    return False


def _name_and_port(entry: str) -> tuple[str, str]:
    name, _, port = entry.rpartition(":")
    if port.isdigit() and (":" not in name or name.endswith("]")):
        return name, port
    return entry, ""  # perhaps an IPv6 address, which has colons of its own
