"""Types of the caller's own as shapes: the JSON schema to ask for, and how to read what came.

A shape is made of an attrs class, a dataclass, a TypedDict, a pydantic model, of `list`, `tuple`,
`set` and `dict[str, …]`, of `Literal`, Enum and unions, of str, int, float, bool, None and Any, and
of date, datetime, time and UUID as text. `Annotated[X, "text"]` describes what it stands for; rules
in it, such as `Field(gt=5)`, are refused outside a pydantic model, as nothing would hold to them.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from functools import lru_cache
from types import NoneType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import attrs
from typing_extensions import is_typeddict

from ..codec.decoder import first_place, scalar_hook
from ..errors import ParseError, RequestError
from .fields import Field, description_of, fields_of, is_constraint, parameters_of, summary_of
from .readers import (
    Read,
    array,
    fixed_array,
    instance,
    map_of,
    member,
    number,
    pydantic_model,
    text_as,
    text_of,
    union,
)

JsonSchema = dict[str, Any]

_SCALARS: Mapping[Any, tuple[JsonSchema, Read]] = {
    str: ({"type": "string"}, scalar_hook((str,))),
    int: ({"type": "integer"}, scalar_hook((int,))),
    float: ({"type": "number"}, number),
    bool: ({"type": "boolean"}, scalar_hook((bool,))),
    None: ({"type": "null"}, scalar_hook((NoneType,))),
    NoneType: ({"type": "null"}, scalar_hook((NoneType,))),
    Any: ({}, lambda value, _: value),
    object: ({}, lambda value, _: value),
    datetime: ({"type": "string", "format": "date-time"}, text_as(datetime.fromisoformat)),
    date: ({"type": "string", "format": "date"}, text_as(date.fromisoformat)),
    time: ({"type": "string", "format": "time"}, text_as(time.fromisoformat)),
    UUID: ({"type": "string", "format": "uuid"}, text_as(UUID)),
}

# What the items of an array become.
_ARRAYS: Mapping[Any, Callable[[list[Any]], Any]] = {
    list: list,
    Sequence: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
}

_JSON_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}

_DEFINITIONS = "#/$defs/"


@attrs.frozen
class TypeSchema:
    """What an answer of a certain type looks like as JSON.

    name: of the type, for people. schema: the JSON schema.
    """

    name: str
    schema: JsonSchema
    _read: Read

    def read(self, value: Any) -> Any:
        """The JSON value as an instance. Raises ParseError that says where it does not fit.

        Types are held to the letter: "5" is no int. So are the keys of an object.
        """
        try:
            return self._read(value, None)
        except Exception as error:  # the caller's class may raise whatever it likes
            where, reason = first_place(error)
            raise ParseError(f"{where}: {reason}", where) from error


def shape_of(kind: Any, what: str) -> TypeSchema:
    """The shape of a type. Raises RequestError, about `what`, for a type that has none."""
    try:
        hash(kind)
    except TypeError:  # an Annotated may hold anything
        return _made(kind, what)
    return _kept(kind, what)


def shape_of_arguments(function: Callable[..., Any], name: str) -> TypeSchema:
    """The shape of a function's arguments: read as a dict of them, by name. Raises RequestError."""
    try:
        fields = parameters_of(function)
    except Exception as error:  # a hint in quotes may raise whatever it likes
        raise RequestError(f"{name}() cannot be a tool: {text_of(error)}") from error
    maker = _Maker(name)
    try:
        parts = maker.parts(name, fields)
    except RecursionError as error:  # an alias that stands for itself
        raise RequestError(f"{name}() cannot be a tool: a type goes round in a circle") from error
    return TypeSchema(
        name, maker.whole(_object_schema(fields, parts)), _read_object(dict, fields, parts)
    )


def _made(kind: Any, what: str) -> TypeSchema:
    maker = _Maker(what)
    try:
        root = maker.part(kind)
    except RecursionError as error:  # an alias that stands for itself
        raise RequestError(f"{what}: {_name_of(kind)} goes round in a circle") from error
    return TypeSchema(_name_of(kind), maker.whole(root.schema), root.read)


_kept = lru_cache(maxsize=256)(_made)


def _name_of(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)


@attrs.frozen
class _Part:
    """A part of a shape; its schema may refer to definitions."""

    schema: JsonSchema
    read: Read


class _Maker:
    """Makes one shape. Classes become definitions, so that they may refer to themselves."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._names: dict[type, str] = {}
        self._definitions: dict[str, JsonSchema] = {}
        self._readers: dict[type, Read] = {}
        self._references: dict[str, int] = {}

    def whole(self, schema: JsonSchema) -> JsonSchema:
        """The root's schema, with the definitions. A class that nothing refers to stands bare."""
        name = schema.get("$ref", "").removeprefix(_DEFINITIONS)
        definitions = dict(self._definitions)
        if self._references.get(name) == 1:
            schema = definitions.pop(name)
        return {**schema, "$defs": definitions} if definitions else schema

    def parts(self, owner: str, fields: Sequence[Field]) -> dict[str, _Part]:
        """The parts of an object, by key. Raises RequestError."""
        made = {}
        for field in fields:
            self._what = f"{owner}.{field.key}"
            made[field.key] = self.part(field.kind)
        return made

    def part(self, kind: Any) -> _Part:
        """The shape of any type. Raises RequestError."""
        origin, args = get_origin(kind) or kind, get_args(kind)
        if origin is Annotated:
            return self._annotated(*args)
        if origin is Union or origin is types.UnionType:
            return self._union(args)
        if origin is Literal:
            return self._choice([(_json_of(value), value) for value in args])
        if origin is dict or origin is Mapping:
            return self._map(*args or (str, Any))
        if found := _look_up(_ARRAYS, origin):
            return self._array(origin, args, found)
        if found := _look_up(_SCALARS, kind):
            schema, read = found
            return _Part(dict(schema), read)
        if isinstance(origin, type):
            return self._class(kind)
        alias = getattr(kind, "__supertype__", None) or getattr(kind, "__value__", None)
        if alias is not None:  # of NewType, or of a `type` statement
            return self.part(alias)
        raise self._refused(kind)

    def _annotated(self, kind: Any, *notes: Any) -> _Part:
        for note in notes:
            if is_constraint(note):
                raise RequestError(f"{self._what}: only a pydantic model can hold to {note!r:.200}")
        part = self.part(kind)
        text = description_of(notes)
        return _Part({**part.schema, "description": text}, part.read) if text else part

    def _union(self, kinds: tuple[Any, ...]) -> _Part:
        parts = [self.part(kind) for kind in kinds]
        pairs = zip(parts, kinds, strict=True)
        others = [(part.read, _name_of(kind)) for part, kind in pairs if kind is not NoneType]
        reads, names = zip(*others, strict=True)
        read = union(reads, " or ".join(names), nullable=NoneType in kinds)
        return _Part({"anyOf": [part.schema for part in parts]}, read)

    def _choice(self, choices: list[tuple[Any, Any]]) -> _Part:
        for value, meant in choices:
            if type(value) not in _JSON_NAMES:
                raise self._refused(meant)
        kinds = {_JSON_NAMES[type(value)] for value, _ in choices}
        kind = {"type": kinds.pop()} if len(kinds) == 1 else {}
        return _Part({**kind, "enum": [value for value, _ in choices]}, member(choices))

    def _array(self, origin: Any, args: tuple[Any, ...], make: Callable[[list[Any]], Any]) -> _Part:
        if origin is tuple and args and args[-1] is not ...:
            return self._fixed_array([self.part(arg) for arg in args])
        item = self.part(args[0] if args else Any)
        # vLLM 0.32 refuses "uniqueItems", so a set's may repeat: "Unimplemented keys"
        return _Part({"type": "array", "items": item.schema}, array(item.read, make))

    def _fixed_array(self, items: list[_Part]) -> _Part:
        count = {"minItems": len(items), "maxItems": len(items)}
        schema = {"type": "array", "prefixItems": [item.schema for item in items], **count}
        return _Part(schema, fixed_array([item.read for item in items]))

    def _map(self, key: Any, value: Any) -> _Part:
        if key is not str:
            raise self._refused(dict[key, value])
        item = self.part(value)
        return _Part({"type": "object", "additionalProperties": item.schema}, map_of(item.read))

    def _class(self, cls: Any) -> _Part:
        if isinstance(cls, type) and issubclass(cls, Enum):
            return self._choice([(each.value, each) for each in cls])
        if hasattr(cls, "model_json_schema"):
            return self._pydantic(cls)
        if cls not in self._names:
            self._define(cls)
        name = self._names[cls]
        self._references[name] = self._references.get(name, 0) + 1
        return _Part({"$ref": _DEFINITIONS + name}, lambda value, _: self._readers[cls](value, cls))

    def _pydantic(self, cls: Any) -> _Part:
        try:
            schema = cls.model_json_schema()
        except Exception as error:
            told = text_of(error).partition("\n")[0]  # without pydantic's link
            raise RequestError(f"{self._what}: {_name_of(cls)} has no schema: {told}") from error
        for name, definition in schema.pop("$defs", {}).items():
            if self._definitions.setdefault(name, definition) != definition:
                raise RequestError(f"{self._what}: there are two classes of the name {name}")
        return _Part(schema, pydantic_model(cls))

    def _define(self, cls: Any) -> None:
        try:
            fields = fields_of(cls) if isinstance(cls, type) else None
        except Exception as error:  # a type in quotes may raise whatever it likes
            raise RequestError(f"{self._what}: {_name_of(cls)}: {text_of(error)}") from error
        if fields is None:
            raise self._refused(cls)
        name = self._names[cls] = self._new_name(cls)
        parts = self.parts(name, fields)
        summary = summary_of(cls)
        about = {"description": summary} if summary else {}
        self._definitions[name] = {**_object_schema(fields, parts), **about}
        self._readers[cls] = _read_object(dict if is_typeddict(cls) else cls, fields, parts)

    def _new_name(self, cls: type) -> str:
        name, number = cls.__name__, 2
        while name in self._names.values() or name in self._definitions:
            name, number = f"{cls.__name__}_{number}", number + 1
        return name

    def _refused(self, kind: Any) -> RequestError:
        return RequestError(f"{self._what}: there is no JSON schema for {kind!r:.200}")


def _object_schema(fields: Sequence[Field], parts: Mapping[str, _Part]) -> JsonSchema:
    properties = {field.key: _property(field, parts[field.key].schema) for field in fields}
    required = [field.key for field in fields if field.required]
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _read_object(
    make: Callable[..., Any], fields: Sequence[Field], parts: Mapping[str, _Part]
) -> Read:
    reads = {key: part.read for key, part in parts.items()}
    return instance(make, reads, [field.key for field in fields if field.required])


def _property(field: Field, schema: JsonSchema) -> JsonSchema:
    described = {"description": field.description} if field.description else {}
    default = _json_of(field.default)
    defaulted = {"default": default} if type(default) in _JSON_NAMES else {}
    return {**described, **schema, **defaulted}


def _json_of(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _look_up(table: Mapping[Any, Any], kind: Any) -> Any:
    try:
        return table.get(kind)
    except TypeError:  # not hashable
        return None
