"""Placeholders for resources that vLLM has no route for; calling them raises an error."""

from __future__ import annotations

from typing import Any

from ._exceptions import UnsupportedByVllmError

RESOURCES = frozenset(
    {
        "admin", "batches", "containers", "conversations", "evals", "files", "fine_tuning",
        "images", "moderations", "realtime", "skills", "uploads", "vector_stores", "videos",
        "webhooks",
    }
)  # fmt: skip
"""The resources of a client that vLLM does not have."""


class Unsupported:
    """A resource, or a part of one, that vLLM does not have."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Unsupported:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unsupported(f"{self._name}.{name}")

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Raises UnsupportedByVllmError."""
        raise UnsupportedByVllmError(f"{self._name}(): vLLM has no route for it")

    def __repr__(self) -> str:
        return f"<{self._name}: not in vLLM>"
