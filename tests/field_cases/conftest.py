"""The fixtures of tests/facades: each case runs with both clients, and must close its sockets."""

from tests.facades.conftest import (
    _bounded,
    _no_socket_is_left_open,
    client,
    facade,
    server,
)

__all__ = ["_bounded", "_no_socket_is_left_open", "client", "facade", "server"]
