# Generated from vllm_client/_async/lazy_module.py by `python tests/tools/generate_sync.py`.
"""Import modules at their first use, so that a client starts fast."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class LazyModule:
    """A module of the package that is imported when one of its names is first used.

    For type checkers the module is imported under TYPE_CHECKING instead.

    Args:
        name: The name of the module, relative to the package.
    """

    def __init__(self, name: str) -> None:
        self._name = f"..{name}"

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name, __package__), name)
