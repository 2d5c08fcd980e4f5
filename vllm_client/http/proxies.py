"""Which proxy the environment names for a URL, after NO_PROXY."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import unquote


def proxy_for(scheme: str, host: str, port: int, environment: Mapping[str, str]) -> str | None:
    """The proxy's URL, which has a scheme; None where the way is direct.

    HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY are read in either case, the lower first.
    """
    proxy = _read(environment, f"{scheme}_proxy") or _read(environment, "all_proxy")
    if not proxy or _is_excepted(host.lower(), port, _read(environment, "no_proxy")):
        return None
    return _with_scheme(proxy)


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
    if name in environment:
        return environment[name]
    # A CGI script finds the header `Proxy` of its own client in HTTP_PROXY (CVE-2016-1000110).
    if name == "http_proxy" and "REQUEST_METHOD" in environment:
        return ""
    return environment.get(name.upper(), "")


def _with_scheme(proxy: str) -> str:
    scheme, found, rest = proxy.strip().partition("://")
    if not found:
        return f"http://{scheme}"
    # Desktop settings write `socks://`; httpx knows `socks5://` only.
    return f"socks5://{rest}" if scheme.lower() == "socks" else f"{scheme}://{rest}"


def _is_excepted(host: str, port: int, no_proxy: str) -> bool:
    """Whether an entry of NO_PROXY is the host's name or address, or holds it.

    An entry is `*`, a name, a domain, an address or a network in CIDR form; with or without a
    scheme, and all but networks with or without a port.
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
    return entry, ""  # perhaps an IPv6 address, which has colons of its own


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that the host is, without its zone; None for a name."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _network(entry: str) -> IPv4Network | IPv6Network | None:
    """The network of an entry, a single address being one too; None for a name."""
    text = entry.replace("[", "").replace("]", "")
    try:
        return ip_network(_address(text) or text, strict=False)
    except ValueError:
        return None
