"""Use pydantic for the schemas and values of its own types. This never imports pydantic."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property
from math import isfinite
from typing import Any, get_origin

import attrs

from .inlining import JsonSchema

_MARKS = ("__pydantic_fields__", "__get_pydantic_core_schema__")


@attrs.frozen(slots=False)
class PydanticType:
    """A pydantic model, a pydantic dataclass, or a class with pydantic hooks.

    The methods pass on errors of pydantic and of the class.
    """

    kind: Any
    _make_adapter: Callable[[Any], Any] | None

    @classmethod
    def of(cls, kind: Any) -> PydanticType | None:
        """Return the class as a PydanticType; None if pydantic does not handle it."""
        origin = get_origin(kind) or kind
        if hasattr(origin, "model_json_schema"):
            return cls(kind, None)
        make_adapter = getattr(sys.modules.get("pydantic"), "TypeAdapter", None)
        is_known = any(hasattr(origin, mark) for mark in _MARKS)
        return cls(kind, make_adapter) if is_known and make_adapter else None

    @cached_property
    def _adapter(self) -> Any:
        return self._make_adapter(self.kind) if self._make_adapter else None

    def json_schema(self) -> JsonSchema:
        """Return pydantic's schema, without infinite and NaN values, which JSON cannot express."""
        adapter = self._adapter
        schema: JsonSchema = _finite(
            adapter.json_schema() if adapter else self.kind.model_json_schema()
        )
        return schema

    def validate_json(self, text: str) -> Any:
        """Validate a JSON text with pydantic, and return the instance."""
        adapter = self._adapter
        return adapter.validate_json(text) if adapter else self.kind.model_validate_json(text)


def is_finite(value: Any) -> bool:
    """Return False for an infinite or NaN float, which JSON cannot express."""
    return not isinstance(value, float) or isfinite(value)


def _finite(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _finite(value) for key, value in schema.items() if is_finite(value)}
    return [_finite(one) for one in schema] if isinstance(schema, list) else schema
