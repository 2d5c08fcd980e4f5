"""The module-level client, as used by `openai.chat.completions.create(…)`."""

from __future__ import annotations

import sys
from typing import Any

from ._sync.client import OpenAI
from ._types import NOT_GIVEN
from ._unsupported import RESOURCES as UNSUPPORTED

SUPPORTED = frozenset({"audio", "beta", "chat", "completions", "embeddings", "models", "responses"})
RESOURCES = SUPPORTED | UNSUPPORTED

_SETTINGS = (
    "api_key", "organization", "project", "base_url", "timeout", "max_retries", "default_headers",
    "default_query", "http_client",
)  # fmt: skip

_clients: list[tuple[list[Any], OpenAI]] = []


def resource(package: str, name: str) -> Any:
    """Return a resource of the module-level client, which has the settings of the module."""
    module = vars(sys.modules[package])
    settings = [module.get(setting) for setting in _SETTINGS]
    if not _clients or _clients[0][0] != settings:
        close()
        _clients.append((settings, _made(dict(zip(_SETTINGS, settings, strict=True)))))
    return getattr(_clients[0][1], name)


def close() -> None:
    """Close the module-level client, if it exists."""
    while _clients:
        _clients.pop()[1].close()


def _made(settings: dict[str, Any]) -> OpenAI:
    timeout = settings.pop("timeout")
    given = {name: value for name, value in settings.items() if value is not None}
    return OpenAI(timeout=NOT_GIVEN if timeout is None else timeout, **given)
