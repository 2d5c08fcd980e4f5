"""Walk over a type to make both its JSON schema and its reader, so that they agree."""

from __future__ import annotations

import json
import re
import sys
import types
import typing
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import partial
from types import NoneType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import attrs
from typing_extensions import get_type_hints, is_typeddict

from ..errors import RequestError
from .constraints import checked, constraints_in, with_keywords
from .fields import Field, description_of, fields_of, is_named_tuple, summary_of
from .generics import substituted, variables_of
from .inlining import DEFINITIONS, JsonSchema
from .known_types import ARRAYS, FACTORIES, MAPS, SCALARS
from .pydantic_types import PydanticType, is_finite
from .readers import (
    Read,
    array,
    by_pydantic,
    fixed_array,
    instance,
    integer_key,
    map_of,
    member,
    nullable,
    text_of,
    union,
)

_JSON_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def name_of(kind: Any) -> str:
    """Return the name of a type for error messages and for the model."""
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)


@attrs.frozen
class Part:
    """The schema and the reader of a type. The schema may refer to definitions."""

    schema: JsonSchema
    read: Read


class TypeWalk:
    """Makes the schema and the reader of one root type.

    Classes become definitions, so that they may refer to themselves. The parameter `where` of the
    methods names the type in errors, for example "Invoice.items".
    """

    def __init__(self) -> None:
        self._names: dict[Any, str] = {}
        self._definitions: dict[str, JsonSchema] = {}
        self._readers: dict[Any, Read] = {}
        self._references: Counter[str] = Counter()

    def whole(self, schema: JsonSchema) -> JsonSchema:
        """Add the definitions to the schema of the root type.

        If the root is a class to which nothing else refers, it is inlined.
        """
        name = schema.get("$ref", "").removeprefix(DEFINITIONS)
        definitions = dict(self._definitions)
        if self._references[name] == 1:
            schema = definitions.pop(name)
        return {**schema, "$defs": definitions} if definitions else schema

    def part(self, kind: Any, where: str) -> Part:
        """Make the schema and the reader of any type.

        Args:
            kind: The type, or an alias of one.
            where: The name to use in errors, such as "Invoice.items".

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
        if origin is defaultdict:
            return self._map(*args or (str, Any), make=_default_dict(*args), where=where)
        if origin is Counter:
            return self._map(args[0] if args else str, int, make=Counter, where=where)
        if make := _look_up(MAPS, origin):
            return self._map(*args or (str, Any), make=make, where=where)
        if origin is tuple and _is_fixed(kind, args):
            return self._fixed_array(args, where)
        if make := _look_up(ARRAYS, origin):
            return self._array(args[0] if args else Any, make, where)
        if found := _look_up(SCALARS, kind):
            schema, read = found
            return Part(dict(schema), read)
        if isinstance(origin, type):
            return self._class(kind, where)
        if hasattr(origin, "__value__"):
            return self._alias(kind, where)
        if (supertype := getattr(kind, "__supertype__", None)) is not None:
            return self.part(supertype, where)
        raise _refused(kind, where)

    def object(self, make: Callable[..., Any], owner: str, fields: Sequence[Field]) -> Part:
        """Make the schema and the reader of an object.

        Args:
            make: Makes the instance; called with the values as keyword arguments.
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
        made = {field.key: field.make_default for field in fields if field.make_default}
        return Part(schema, instance(make, reads, required, made))

    def _annotated(self, kind: Any, *notes: Any, where: str) -> Part:
        try:
            constraints = constraints_in(notes)
        except ValueError as error:
            raise RequestError(f"{where}: {error}") from error
        part = self.part(kind, where)
        if constraints:
            schema = with_keywords(part.schema, constraints)
            part = Part(schema, checked(part.read, constraints))
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
        # Without "uniqueItems" for a set: vLLM 0.32 rejects that keyword as unimplemented.
        return Part({"type": "array", "items": item.schema}, array(item.read, make))

    def _fixed_array(self, kinds: tuple[Any, ...], where: str) -> Part:
        items = [self.part(kind, where) for kind in kinds]
        return Part(
            _fixed_schema([item.schema for item in items], len(items)),
            fixed_array([item.read for item in items]),
        )

    def _map(
        self, key: Any, value: Any, *, make: Callable[[dict[Any, Any]], Any] = dict, where: str
    ) -> Part:
        keys = self.part(key, where)
        read_key = _key_reader(keys)
        if read_key is None:
            raise _refused(dict[key, value], where)
        item = self.part(value, where)
        schema = {"type": "object", **_members(keys.schema, item.schema)}
        return Part(schema, map_of(item.read, read_key, make))

    def _alias(self, kind: Any, where: str) -> Part:
        """Handle an alias made by a `type` statement; a recursive one becomes a definition."""
        if kind in self._names:
            return self._reference(kind)
        alias = get_origin(kind) or kind
        name = self._names[kind] = self._new_name(kind)
        value = substituted(_evaluated(alias, where), variables_of(kind))
        part = self.part(value, where)
        if part.schema == {"$ref": DEFINITIONS + name}:
            raise RequestError(f"{where}: the type alias {name} is circular")
        if not self._references[name]:
            del self._names[kind]
            return part
        self._definitions[name], self._readers[kind] = part.schema, part.read
        return self._reference(kind)

    def _class(self, kind: Any, where: str) -> Part:
        cls = get_origin(kind) or kind
        if issubclass(cls, Enum):
            return _choice([(each.value, each) for each in cls], where)
        if model := PydanticType.of(kind):
            return self._pydantic(model, where)
        if kind not in self._names:
            self._define(kind, where)
        return self._reference(kind)

    def _reference(self, kind: Any) -> Part:
        name = self._names[kind]
        self._references[name] += 1

        def read(value: Any) -> Any:  # late lookup: a recursive class has no reader yet
            return self._readers[kind](value)

        return Part({"$ref": DEFINITIONS + name}, read)

    def _pydantic(self, model: PydanticType, where: str) -> Part:
        try:
            schema = model.json_schema()
        except Exception as error:
            told = text_of(error).partition("\n")[0]  # drop the link to pydantic's documentation
            raise RequestError(f"{where}: {name_of(model.kind)} has no schema: {told}") from error
        for name, definition in schema.pop("$defs", {}).items():
            if self._definitions.setdefault(name, definition) != definition:
                raise RequestError(f"{where}: two different classes are named {name}")
        return Part(schema, by_pydantic(model.validate_json))

    def _define(self, kind: Any, where: str) -> None:
        cls = get_origin(kind) or kind
        try:
            fields = fields_of(kind)
        except Exception as error:  # evaluating a quoted type hint may raise anything
            raise RequestError(f"{where}: {name_of(kind)}: {text_of(error)}") from error
        if fields is None:
            raise _refused(kind, where)
        name = self._names[kind] = self._new_name(kind)
        if is_named_tuple(cls):
            shape = self._named_tuple(cls, name, fields)
        else:
            shape = self.object(dict if is_typeddict(cls) else cls, name, fields)
        summary = summary_of(cls)
        about = {"description": summary} if summary else {}
        self._definitions[name] = {**shape.schema, **about}
        self._readers[kind] = shape.read

    def _named_tuple(self, cls: Any, name: str, fields: Sequence[Field]) -> Part:
        """Handle a named tuple as an array, like pydantic; titles name the positions."""
        parts = [self.part(field.kind, f"{name}.{field.key}") for field in fields]
        items = [
            {"title": field.key, **_property(field, part.schema)}
            for field, part in zip(fields, parts, strict=True)
        ]
        required = sum(field.required for field in fields)
        return Part(
            _fixed_schema(items, required),
            fixed_array([part.read for part in parts], required, cls),
        )

    def _new_name(self, kind: Any) -> str:
        args = "".join(f"_{name_of(one)}" for one in get_args(kind))
        own = re.sub(r"\W+", "_", f"{kind.__name__}{args}").strip("_")
        name, number = own, 2
        while name in self._names.values() or name in self._definitions:
            name, number = f"{own}_{number}", number + 1
        return name


def _is_fixed(kind: Any, args: tuple[Any, ...]) -> bool:
    """Return whether a tuple type has a fixed length, as `tuple[int, str]` and `tuple[()]` do."""
    bare = kind is tuple or kind is typing.Tuple  # noqa: UP006  # typing's alias of tuple
    return not bare and not (args and args[-1] is ...)


def _fixed_schema(items: list[JsonSchema], required: int) -> JsonSchema:
    count = {"minItems": required, "maxItems": len(items)}
    return {"type": "array", **({"prefixItems": items} if items else {}), **count}


def _default_dict(key: Any = str, value: Any = Any) -> Callable[[dict[Any, Any]], Any]:
    origin = get_origin(value) or value
    return partial(defaultdict, _look_up(FACTORIES, origin))


def _key_reader(keys: Part) -> Read | None:
    """Return a reader of an object's keys, which are text; None for types that cannot be keys."""
    kind = keys.schema.get("type")
    if "enum" in keys.schema:
        known = {_key_text(value): value for value in keys.schema["enum"]}
        return lambda key: keys.read(known.get(key, key))
    if kind == "integer":
        return lambda key: keys.read(integer_key(key))
    return keys.read if kind == "string" or not keys.schema else None


def _members(keys: JsonSchema, item: JsonSchema) -> JsonSchema:
    """Return the schema keywords for the keys and values of a mapping.

    Keys of an Enum or Literal become properties, since vLLM's grammars do not support
    "propertyNames".
    """
    if "enum" in keys:
        properties = {_key_text(key): item for key in keys["enum"]}
        return {"properties": properties, "additionalProperties": False}
    return {"additionalProperties": item}


def _key_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _evaluated(alias: Any, where: str) -> Any:
    """Return the type that an alias stands for, with quoted types in it evaluated."""
    module = sys.modules.get(alias.__module__)
    holder = types.SimpleNamespace(__annotations__={"value": alias.__value__})
    try:
        scope = {**vars(module or types), alias.__name__: alias}
        return get_type_hints(holder, scope, scope, include_extras=True)["value"]
    except Exception as error:  # evaluating a quoted type may raise anything
        raise RequestError(f"{where}: {alias.__name__}: {text_of(error)}") from error


def _choice(choices: list[tuple[Any, Any]], where: str) -> Part:
    for value, meant in choices:
        if type(value) not in _JSON_NAMES:
            raise _refused(meant, where)
    kinds = {_JSON_NAMES[type(value)] for value, _ in choices}
    kind = {"type": kinds.pop()} if len(kinds) == 1 else {}
    return Part({**kind, "enum": [value for value, _ in choices]}, member(choices))


def _refused(kind: Any, where: str) -> RequestError:
    own = '; pass a schema of your own as structured_outputs={"json": …}'
    hint = own if isinstance(kind, Mapping) else ""
    return RequestError(f"{where}: there is no JSON schema for {kind!r:.200}{hint}")


def _property(field: Field, schema: JsonSchema) -> JsonSchema:
    described = {"description": field.description} if field.description else {}
    default = _json_of(field.default)
    is_known = type(default) in _JSON_NAMES and is_finite(default)
    defaulted = {"default": default} if is_known else {}
    return {**described, **schema, **defaulted}


def _json_of(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _look_up(table: Mapping[Any, Any], kind: Any) -> Any:
    try:
        return table.get(kind)
    except TypeError:  # not hashable
        return None
