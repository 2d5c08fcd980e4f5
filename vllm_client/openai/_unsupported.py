"""Placeholders for resources without a route in vLLM; calling their methods raises an error."""

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
"""The resources of openai-python's client that vLLM does not have."""


class Unsupported:
    """A resource or method that vLLM does not have."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Unsupported:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unsupported(f"{self._name}.{name}")

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Raise UnsupportedByVllmError."""
        raise UnsupportedByVllmError(f"{self._name}(): vLLM has no route for it")

    def __repr__(self) -> str:
        return f"<{self._name}: not supported by vLLM>"
