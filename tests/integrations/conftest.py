"""The fixtures of both clients, from tests/facades."""

from tests.facades.conftest import (  # noqa: F401
    _bounded,
    _no_socket_is_left_open,
    facade,
    server,
)
