"""Make the JSON schema of a caller's type, and a reader of its JSON values.

Supported types are attrs classes, dataclasses, TypedDicts and NamedTuples, also generic ones;
pydantic models and pydantic's own types; collections, `Literal`, Enum, unions and aliases; str,
int, float, bool, None and Any; and types written as text in JSON, such as date, timedelta, UUID,
Decimal, Path and bytes (as base64). `Annotated[X, "text"]` describes a type. Constraints in an
Annotated, such as `Field(gt=5)` or `Len(2)`, are put into the schema and checked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import attrs

from ..errors import ParseError, RequestError
from .fields import parameters_of
from .inlining import JsonSchema, inlined
from .readers import Mismatch, Read, text_of
from .walk import TypeWalk, name_of


@attrs.frozen
class TypeSchema:
    """The JSON schema of a type, and the reader of its JSON values.

    Attributes:
        name: The name of the type, for error messages and for the model.
        schema: The JSON schema.
    """

    name: str
    schema: JsonSchema
    _read: Read

    def read(self, value: Any) -> Any:
        """Convert a JSON value to an instance.

        Types and the keys of objects are checked strictly: "5" is not an int.

        Raises:
            ParseError: The value does not fit the type; `where` is the path of the problem.
        """
        try:
            return self._read(value)
        except Mismatch as error:
            where = f"${error.where}"
            raise ParseError(f"{where}: {error.reason}", where) from error
        except RecursionError as error:
            raise ParseError("$: nested too deeply", "$") from error


def shape_of(kind: Any, what: str) -> TypeSchema:
    """Return the schema of a type, from a cache if possible.

    Args:
        kind: The type.
        what: The name of the option or argument, for errors.

    Raises:
        RequestError: The type has no JSON schema.
    """
    try:
        hash(kind)
    except TypeError:  # an Annotated may contain unhashable objects
        return _made(kind, what)
    return _kept(kind, what)


def shape_of_arguments(function: Callable[..., Any], name: str) -> TypeSchema:
    """Make the schema of the arguments of a function: an object, read as a dict.

    The definitions in it are inlined, as vLLM's tool parsers need.

    Raises:
        RequestError: A parameter cannot be passed by keyword, or its type has no JSON schema.
    """
    try:
        fields = parameters_of(function)
    except Exception as error:  # evaluating a quoted type hint may raise anything
        raise RequestError(f"{name}() cannot be a tool: {text_of(error)}") from error
    walk = TypeWalk()
    try:
        shape = walk.object(dict, name, fields)
    except RecursionError as error:  # a type alias defined as itself
        raise RequestError(f"{name}() cannot be a tool: a type alias is circular") from error
    return TypeSchema(name, inlined(walk.whole(shape.schema)), shape.read)


def _made(kind: Any, what: str) -> TypeSchema:
    walk = TypeWalk()
    try:
        root = walk.part(kind, what)
    except RecursionError as error:  # a type alias defined as itself
        raise RequestError(f"{what}: the type alias {name_of(kind)} is circular") from error
    return TypeSchema(name_of(kind), walk.whole(root.schema), root.read)


_kept = lru_cache(maxsize=256)(_made)
