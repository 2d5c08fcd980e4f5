"""The fixtures of tests/facades: each case runs by both clients, and leaves no socket open."""

from tests.facades.conftest import (
    _bounded,
    _no_socket_is_left_open,
    client,
    facade,
    server,
)

__all__ = ["_bounded", "_no_socket_is_left_open", "client", "facade", "server"]
