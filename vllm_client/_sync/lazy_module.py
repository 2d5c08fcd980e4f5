# Generated from vllm_client/_async/lazy_module.py by `python tests/tools/generate_sync.py`.
"""Modules of a family that are loaded when they are first used, so that a client starts fast."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands for a module of the package until one of its names is needed.

    Type checkers see the module itself, which is imported for them where this stands.

    Args:
        name: Of the module, below the package.
    """

    def __init__(self, name: str) -> None:
        self._name = f"..{name}"

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name, __package__), name)
