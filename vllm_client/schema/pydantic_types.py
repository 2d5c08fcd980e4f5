"""Types that pydantic makes the schemas of, and reads. pydantic itself is never imported here."""

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
    """A pydantic model, a dataclass of pydantic, or a class that tells pydantic how to read it.

    Its methods raise whatever pydantic, or code of the class, raises.
    """

    kind: Any
    _make_adapter: Callable[[Any], Any] | None

    @classmethod
    def of(cls, kind: Any) -> PydanticType | None:
        """Recognise a type of pydantic; None for any other class."""
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
        """The schema that pydantic makes, without numbers that JSON lacks."""
        adapter = self._adapter
        schema: JsonSchema = _finite(
            adapter.json_schema() if adapter else self.kind.model_json_schema()
        )
        return schema

    def validate_json(self, text: str) -> Any:
        """Read a JSON text by the rules of pydantic."""
        adapter = self._adapter
        return adapter.validate_json(text) if adapter else self.kind.model_validate_json(text)


def is_finite(value: Any) -> bool:
    """Whether JSON has a number for a value, if it is a float."""
    return not isinstance(value, float) or isfinite(value)


def _finite(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _finite(value) for key, value in schema.items() if is_finite(value)}
    return [_finite(one) for one in schema] if isinstance(schema, list) else schema
