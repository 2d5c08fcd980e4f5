"""Choose the proxy for a URL from the environment variables, respecting NO_PROXY."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import unquote


def proxy_for(scheme: str, host: str, port: int, environment: Mapping[str, str]) -> str | None:
    """Return the URL of the proxy, always with a scheme; None for a direct connection.

    The variables are HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY. A lower-case name takes
    precedence over an upper-case one.
    """
    proxy = _read(environment, f"{scheme}_proxy") or _read(environment, "all_proxy")
    if not proxy or _is_excepted(host.lower(), port, _read(environment, "no_proxy")):
        return None
    return _with_scheme(proxy)


def proxy_credentials(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return `user:password` of each proxy in the environment, both as written and decoded."""
    urls = [_read(environment, f"{scheme}_proxy") for scheme in ("http", "https", "all")]
    before_host = [(url.partition("://")[2] or url).rpartition("@")[0] for url in urls]
    return tuple(
        dict.fromkeys(
            form for quoted in before_host if quoted for form in (quoted, unquote(quoted))
        )
    )


def _read(environment: Mapping[str, str], name: str) -> str:
    if name in environment:
        return environment[name]
    # In a CGI script HTTP_PROXY is the `Proxy` header sent by its client (CVE-2016-1000110).
    if name == "http_proxy" and "REQUEST_METHOD" in environment:
        return ""
    return environment.get(name.upper(), "")


def _with_scheme(proxy: str) -> str:
    scheme, found, rest = proxy.strip().partition("://")
    if not found:
        return f"http://{scheme}"
    # Desktop environments set `socks://`; httpx accepts only `socks5://`.
    return f"socks5://{rest}" if scheme.lower() == "socks" else f"{scheme}://{rest}"


def _is_excepted(host: str, port: int, no_proxy: str) -> bool:
    """Return whether an entry of NO_PROXY matches the host.

    An entry is `*`, a name, a domain, an address or a network in CIDR form. It may have a scheme,
    which is ignored. Entries other than networks may have a port.
    """
    address = _address(host)
    return any(
        _excepts(entry.partition("://")[2] or entry, host, address, port)
        for entry in no_proxy.lower().replace(",", " ").split()
    )


def _excepts(entry: str, host: str, address: IPv4Address | IPv6Address | None, port: int) -> bool:
    name, only_port = _name_and_port(entry)
    if only_port not in ("", str(port)):
        return False
    if address is not None and (network := _network(name)) is not None:
        return address in network
    name = name.removeprefix("*").removeprefix(".")
    return entry == "*" or host == name or (name != "" and host.endswith(f".{name}"))


def _name_and_port(entry: str) -> tuple[str, str]:
    name, _, port = entry.rpartition(":")
    if port.isdigit() and (":" not in name or name.endswith("]")):
        return name, port
    return entry, ""  # may be an IPv6 address, which contains colons


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Parse a host that is an IP address, dropping an IPv6 zone; return None for a name."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _network(entry: str) -> IPv4Network | IPv6Network | None:
    """Parse an entry that is a network or an IP address; return None for a name."""
    text = entry.replace("[", "").replace("]", "")
    try:
        return ip_network(_address(text) or text, strict=False)
    except ValueError:
        return None
