"""Type checks, at their module path in openai-python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from ._types import is_given

__all__ = ["is_dict", "is_given", "is_list", "is_mapping"]


def is_dict(value: object) -> TypeGuard[dict[object, object]]:
    """Return whether a value is a dict."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Return whether a value is a list."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Return whether a value is a mapping."""
    return isinstance(value, Mapping)
