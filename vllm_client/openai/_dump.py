"""Conversion of values to dicts and lists, with the options of pydantic's `model_dump`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ._fields import fields_of


@attrs.frozen
class Dump:
    """The options of `model_dump`."""

    mode: str = "python"
    exclude_unset: bool = False
    exclude_defaults: bool = False
    exclude_none: bool = False

    def object_of(self, value: Any, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Convert the fields of a value to a dict."""
        found = {}
        for name, item in value._items(with_unset=not self.exclude_unset):
            if self._is_left_out(value, name, item, include, exclude):
                continue
            found[name] = self.plain(item, _below(include, name), _below(exclude, name))
        return found

    def plain(self, value: Any, include: Any = None, exclude: Any = None) -> Any:
        """Convert values inside dicts and lists to dicts."""
        if hasattr(type(value), "_is_api_value"):
            return self.object_of(value, include, exclude)
        if isinstance(value, list | tuple):
            return [
                self.plain(item, _below(include, number), _below(exclude, number))
                for number, item in enumerate(value)
            ]
        if isinstance(value, dict):
            return {key: self.plain(item) for key, item in value.items()}
        if hasattr(value, "model_dump"):  # an instance of the caller's pydantic class
            return value.model_dump(mode=self.mode)
        return value

    def _is_left_out(self, value: Any, name: str, item: Any, include: Any, exclude: Any) -> bool:
        if (include is not None and name not in include) or _drops(exclude, name):
            return True
        if item is None and self.exclude_none:
            return True
        field = fields_of(type(value)).get(name) if self.exclude_defaults else None
        return field is not None and not field.is_required() and item == field.default


def _drops(exclude: Any, name: str) -> bool:
    if isinstance(exclude, Mapping):
        return exclude.get(name) in (True, ...)
    return exclude is not None and name in exclude


def _below(choice: Any, key: str | int) -> Any:
    """Return the part of `include` or `exclude` that applies to one field or item."""
    if not isinstance(choice, Mapping):
        return None
    found = choice.get(key, choice.get("__all__") if isinstance(key, int) else None)
    return None if found in (True, ...) else found
