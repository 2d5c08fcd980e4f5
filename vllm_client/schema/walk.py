"""The walk over a type that makes both its JSON schema and its reader, so that they agree."""

from __future__ import annotations

import types
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from types import NoneType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import attrs
from typing_extensions import is_typeddict

from ..errors import RequestError
from .fields import Field, description_of, fields_of, is_constraint, summary_of
from .readers import (
    Read,
    anything,
    array,
    exactly,
    fixed_array,
    instance,
    map_of,
    member,
    nullable,
    number,
    pydantic_model,
    text_as,
    text_of,
    union,
)

JsonSchema = dict[str, Any]

_SCALARS: Mapping[Any, tuple[JsonSchema, Read]] = {
    str: ({"type": "string"}, exactly(str, "str")),
    int: ({"type": "integer"}, exactly(int, "int")),
    float: ({"type": "number"}, number),
    bool: ({"type": "boolean"}, exactly(bool, "bool")),
    None: ({"type": "null"}, exactly(NoneType, "null")),
    NoneType: ({"type": "null"}, exactly(NoneType, "null")),
    Any: ({}, anything),
    object: ({}, anything),
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


def name_of(kind: Any) -> str:
    """The name of a type for error messages and for the model."""
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)


@attrs.frozen
class Part:
    """The schema and the reader of one type; the schema may refer to definitions."""

    schema: JsonSchema
    read: Read


class TypeWalk:
    """Makes one shape. Classes become definitions, so that they may refer to themselves.

    `where` says in errors which type is meant: "Invoice.items", for example.
    """

    def __init__(self) -> None:
        self._names: dict[type, str] = {}
        self._definitions: dict[str, JsonSchema] = {}
        self._readers: dict[type, Read] = {}
        self._references: Counter[str] = Counter()

    def whole(self, schema: JsonSchema) -> JsonSchema:
        """The root's schema, with the definitions. A class that nothing refers to stands bare."""
        name = schema.get("$ref", "").removeprefix(_DEFINITIONS)
        definitions = dict(self._definitions)
        if self._references[name] == 1:
            schema = definitions.pop(name)
        return {**schema, "$defs": definitions} if definitions else schema

    def part(self, kind: Any, where: str) -> Part:
        """Make the shape of any type.

        Args:
            kind: The type, or an alias of one.
            where: What to name in an error, such as "Invoice.items".

        Raises:
            RequestError: The type, or a type in it, has no JSON schema.
        """
        origin, args = get_origin(kind) or kind, get_args(kind)
        if origin is Annotated:
            return self._annotated(*args, where=where)
        if origin is Union or origin is types.UnionType:
            return self._union(args, where)
        if origin is Literal:
            return _choice([(_json_of(value), value) for value in args], where)
        if origin is dict or origin is Mapping:
            return self._map(*args or (str, Any), where=where)
        if origin is tuple and args and args[-1] is not ...:
            return self._fixed_array(args, where)
        if make := _look_up(_ARRAYS, origin):
            return self._array(args[0] if args else Any, make, where)
        if found := _look_up(_SCALARS, kind):
            schema, read = found
            return Part(dict(schema), read)
        if isinstance(origin, type):
            return self._class(kind, where)
        alias = getattr(kind, "__supertype__", None) or getattr(kind, "__value__", None)
        if alias is not None:  # of NewType, or of a `type` statement
            return self.part(alias, where)
        raise _refused(kind, where)

    def object(self, make: Callable[..., Any], owner: str, fields: Sequence[Field]) -> Part:
        """Make the shape of an object.

        Args:
            make: Called with the values as keyword arguments; makes the instance.
            owner: The name of the class or function, for errors.
            fields: The keys of the object.

        Raises:
            RequestError: The type of a field has no JSON schema.
        """
        parts = {field.key: self.part(field.kind, f"{owner}.{field.key}") for field in fields}
        properties = {field.key: _property(field, parts[field.key].schema) for field in fields}
        required = [field.key for field in fields if field.required]
        schema = {
            "type": "object",
            "properties": properties,
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }
        reads = {key: part.read for key, part in parts.items()}
        return Part(schema, instance(make, reads, required))

    def _annotated(self, kind: Any, *notes: Any, where: str) -> Part:
        for note in notes:
            if is_constraint(note):
                raise RequestError(f"{where}: only a pydantic model can hold to {note!r:.200}")
        part = self.part(kind, where)
        text = description_of(notes)
        return Part({**part.schema, "description": text}, part.read) if text else part

    def _union(self, kinds: tuple[Any, ...], where: str) -> Part:
        parts = [(kind, self.part(kind, where)) for kind in kinds]
        others = [(kind, part.read) for kind, part in parts if kind is not NoneType]
        names = " or ".join(name_of(kind) for kind, _ in others)
        read = union([read for _, read in others], names)
        schema = {"anyOf": [part.schema for _, part in parts]}
        return Part(schema, nullable(read) if NoneType in kinds else read)

    def _array(self, kind: Any, make: Callable[[list[Any]], Any], where: str) -> Part:
        item = self.part(kind, where)
        # vLLM 0.32 refuses "uniqueItems", so a set's may repeat: "Unimplemented keys"
        return Part({"type": "array", "items": item.schema}, array(item.read, make))

    def _fixed_array(self, kinds: tuple[Any, ...], where: str) -> Part:
        items = [self.part(kind, where) for kind in kinds]
        count = {"minItems": len(items), "maxItems": len(items)}
        schema = {"type": "array", "prefixItems": [item.schema for item in items], **count}
        return Part(schema, fixed_array([item.read for item in items]))

    def _map(self, key: Any, value: Any, *, where: str) -> Part:
        if key is not str:
            raise _refused(dict[key, value], where)
        item = self.part(value, where)
        return Part({"type": "object", "additionalProperties": item.schema}, map_of(item.read))

    def _class(self, cls: Any, where: str) -> Part:
        if isinstance(cls, type) and issubclass(cls, Enum):
            return _choice([(each.value, each) for each in cls], where)
        if hasattr(cls, "model_json_schema"):
            return self._pydantic(cls, where)
        if cls not in self._names:
            self._define(cls, where)
        name = self._names[cls]
        self._references[name] += 1

        def read(value: Any) -> Any:  # looks it up late: a class that holds itself has none yet
            return self._readers[cls](value)

        return Part({"$ref": _DEFINITIONS + name}, read)

    def _pydantic(self, cls: Any, where: str) -> Part:
        try:
            schema = cls.model_json_schema()
        except Exception as error:
            told = text_of(error).partition("\n")[0]  # without pydantic's link
            raise RequestError(f"{where}: {name_of(cls)} has no schema: {told}") from error
        for name, definition in schema.pop("$defs", {}).items():
            if self._definitions.setdefault(name, definition) != definition:
                raise RequestError(f"{where}: there are two classes of the name {name}")
        return Part(schema, pydantic_model(cls))

    def _define(self, cls: Any, where: str) -> None:
        try:
            fields = fields_of(cls) if isinstance(cls, type) else None
        except Exception as error:  # a type in quotes may raise whatever it likes
            raise RequestError(f"{where}: {name_of(cls)}: {text_of(error)}") from error
        if fields is None:
            raise _refused(cls, where)
        name = self._names[cls] = self._new_name(cls)
        shape = self.object(dict if is_typeddict(cls) else cls, name, fields)
        summary = summary_of(cls)
        about = {"description": summary} if summary else {}
        self._definitions[name] = {**shape.schema, **about}
        self._readers[cls] = shape.read

    def _new_name(self, cls: type) -> str:
        name, number = cls.__name__, 2
        while name in self._names.values() or name in self._definitions:
            name, number = f"{cls.__name__}_{number}", number + 1
        return name


def _choice(choices: list[tuple[Any, Any]], where: str) -> Part:
    for value, meant in choices:
        if type(value) not in _JSON_NAMES:
            raise _refused(meant, where)
    kinds = {_JSON_NAMES[type(value)] for value, _ in choices}
    kind = {"type": kinds.pop()} if len(kinds) == 1 else {}
    return Part({**kind, "enum": [value for value, _ in choices]}, member(choices))


def _refused(kind: Any, where: str) -> RequestError:
    return RequestError(f"{where}: there is no JSON schema for {kind!r:.200}")


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
