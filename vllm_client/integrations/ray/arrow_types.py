"""Convert JSON values to Arrow columns whose types follow from a JSON schema.

A column has the same type in each batch, even if all of its values are null, so that files written
batch by batch can be read together.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from ...codec.json_codec import without_halves
from ...schema.inlining import JsonSchema

_NULL: JsonSchema = {"type": "null"}


def arrow_array(values: Sequence[Any], schema: JsonSchema) -> Any:
    """Convert the values to a PyArrow array. A value that does not fit its type becomes null."""
    pyarrow = import_module("pyarrow")
    kind = arrow_type(schema)
    if kind is None:
        values = [None if value is None else json.dumps(value) for value in values]
        kind = pyarrow.string()
    try:
        return pyarrow.array(values, kind)
    except (ValueError, TypeError, OverflowError):  # the errors of PyArrow are subclasses of these
        return pyarrow.array([_fitting(value, kind) for value in values], kind)


def arrow_type(schema: JsonSchema) -> Any:
    """Return the Arrow type for a JSON schema; None if Arrow has none, as for unions."""
    pyarrow = import_module("pyarrow")
    options = schema.get("anyOf")
    if options is not None:
        (first, *others) = [option for option in options if option != _NULL] or [{}]
        return None if others else arrow_type(first)
    match schema:
        case {"type": "string"}:
            return pyarrow.string()
        case {"type": "integer"}:
            return pyarrow.int64()
        case {"type": "number", "format": "float"}:
            return pyarrow.float32()
        case {"type": "number"}:
            return pyarrow.float64()
        case {"type": "boolean"}:
            return pyarrow.bool_()
        case {"type": "array", "items": items}:
            inner = arrow_type(items)
            return None if inner is None else pyarrow.list_(inner)
        case {"type": "object", "properties": fields} if fields:
            kinds = {name: arrow_type(field) for name, field in fields.items()}
            return None if None in kinds.values() else pyarrow.struct(list(kinds.items()))
    return None


def _fitting(value: Any, kind: Any) -> Any:
    """Return the value, or None if it does not fit. Lone surrogates in text are replaced."""
    if isinstance(value, str):
        return without_halves(value)
    try:
        import_module("pyarrow").array([value], kind)
    except (ValueError, TypeError, OverflowError):
        return None
    return value
