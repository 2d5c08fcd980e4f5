"""Make base URLs of listening addresses, and reserve ports."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack

from .. import RequestError
from .errors import LaunchError

_MAX_PORT = 65_535
# The wildcard addresses, each with the loopback address for connecting to it.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def base_url(host: str, port: int) -> str:
    """Return the base URL for connecting from this machine to a server with this address."""
    host = _EVERYWHERE.get(host, host)
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"


def check_ports(first: int | None, count: int) -> None:
    """Raise RequestError for ports out of range."""
    if first is not None and not 0 < first <= _MAX_PORT - count + 1:
        raise RequestError(f"port: expected 1 to {_MAX_PORT} for each server, got {first!r}")


def hold_ports(host: str, first: int | None, count: int, holding: ExitStack) -> list[int]:
    """Choose ports, and reserve them until the exit stack is closed.

    A reserved port is bound, but nothing listens on it. Otherwise another program that asks for a
    free port, or an outgoing connection, could take the port in the minutes that vLLM needs to load
    or restart. On Linux a server that sets SO_REUSEADDR, as vLLM does, can still listen on it. On
    other systems it cannot, so there the ports are chosen but not reserved.

    Args:
        host: The address to listen on.
        first: The first port; the others follow it. None for free ports.
        count: The number of ports.
        holding: Releases the ports when it is closed.

    Raises:
        LaunchError: The address cannot be used, or a port is in use.
    """
    with ExitStack() as all_at_once:  # bound at the same time, so that free ports differ
        wanted = [0] * count if first is None else range(first, first + count)
        sockets = [all_at_once.enter_context(_bound(host, port)) for port in wanted]
        ports: list[int] = [each.getsockname()[1] for each in sockets]
        if sys.platform == "linux":
            holding.push(all_at_once.pop_all())
    return ports


def _bound(host: str, port: int) -> socket.socket:
    holder = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((host, port))
    except OSError as error:
        holder.close()
        raise LaunchError(f"cannot listen at {host}:{port}: {error.strerror}") from error
    return holder
