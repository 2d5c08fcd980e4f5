"""Types of the caller's own as shapes: the JSON schema to ask for, and how to read what came.

A shape is made of attrs classes, dataclasses, TypedDicts and NamedTuples, generic ones too; of
pydantic models and pydantic's own types; of collections, `Literal`, Enum, unions and aliases; of
str, int, float, bool, None and Any; and of types that JSON writes as text, such as date, timedelta,
UUID, Decimal, Path and bytes (in base64). `Annotated[X, "text"]` describes a type, and constraints
in it, such as `Field(gt=5)` or `Len(2)`, are put into the schema and checked.
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
        """The JSON value as an instance. Raises ParseError that says where it does not fit.

        Types are held to the letter: "5" is no int. So are the keys of an object.
        """
        try:
            return self._read(value)
        except Mismatch as error:
            where = f"${error.where}"
            raise ParseError(f"{where}: {error.reason}", where) from error
        except RecursionError as error:
            raise ParseError("$: nested too deeply", "$") from error


def shape_of(kind: Any, what: str) -> TypeSchema:
    """The shape of a type. Raises RequestError, about `what`, for a type that has none."""
    try:
        hash(kind)
    except TypeError:  # an Annotated may hold anything
        return _made(kind, what)
    return _kept(kind, what)


def shape_of_arguments(function: Callable[..., Any], name: str) -> TypeSchema:
    """Make the shape of the arguments of a function: an object, read as a dict.

    Its schema has the definitions in their places, for the sake of vLLM's tool parsers.

    Raises:
        RequestError: A parameter cannot be given by name, or its type has no JSON schema.
    """
    try:
        fields = parameters_of(function)
    except Exception as error:  # a hint in quotes may raise whatever it likes
        raise RequestError(f"{name}() cannot be a tool: {text_of(error)}") from error
    walk = TypeWalk()
    try:
        shape = walk.object(dict, name, fields)
    except RecursionError as error:  # an alias that stands for itself
        raise RequestError(f"{name}() cannot be a tool: a type goes round in a circle") from error
    return TypeSchema(name, inlined(walk.whole(shape.schema)), shape.read)


def _made(kind: Any, what: str) -> TypeSchema:
    walk = TypeWalk()
    try:
        root = walk.part(kind, what)
    except RecursionError as error:  # an alias that stands for itself
        raise RequestError(f"{what}: {name_of(kind)} goes round in a circle") from error
    return TypeSchema(name_of(kind), walk.whole(root.schema), root.read)


_kept = lru_cache(maxsize=256)(_made)
