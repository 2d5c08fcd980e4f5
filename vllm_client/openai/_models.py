"""The base class of all values, which have the fields that the server sent and pydantic's methods.

The `__dict__` of a value is the JSON object that the server sent. A field that was not sent has the
default of its class; without a default the attribute does not exist. Fields that the class does not
declare are kept unchanged.
"""

from __future__ import annotations

import copy as copying
import json as json_codec
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar

from ._dump import Dump
from ._fields import FieldInfo, fields_of, nested_of

ModelT = TypeVar("ModelT", bound="BaseModel")


def _owned(value: Any) -> Any:
    """Copy the dicts and lists of a JSON value, so that changes do not affect the original."""
    if type(value) is dict:
        return {name: _owned(item) for name, item in value.items()}
    return [_owned(item) for item in value] if type(value) is list else value


class _ModelType(type):
    @property
    def model_fields(cls) -> dict[str, FieldInfo]:
        """The declared fields by name."""
        return fields_of(cls)

    __fields__ = model_fields


class BaseModel(metaclass=_ModelType):  # noqa: PLW1641  # unhashable, as in pydantic
    """A value of the API, with fields as attributes and the methods of pydantic models."""

    __slots__ = ("__dict__", "__weakref__", "_id_of_request")

    _is_api_value = True

    if TYPE_CHECKING:
        __fields_table__: ClassVar[Any]
        __nested_table__: ClassVar[Any]

    def __init__(self, **fields: Any) -> None:
        missing = [
            name
            for name, field in fields_of(type(self)).items()
            if field.is_required() and name not in fields
        ]
        if missing:
            raise ValueError(f"{type(self).__name__}: missing {', '.join(missing)}")
        self._take(_owned(fields))

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Self:
        """Return a value that uses this dict as its `__dict__`, without a copy."""
        made = object.__new__(cls)
        made._take(fields)
        return made

    def _take(self, fields: dict[str, Any]) -> None:
        try:
            nested = type(self).__dict__["__nested_table__"]
        except KeyError:
            nested = nested_of(type(self))
        for name, read in nested:
            value = fields.get(name)
            if value is not None:
                fields[name] = read(value)
        self.__dict__ = fields  # pyright: ignore[reportAttributeAccessIssue, reportGeneralTypeIssues]

    @property
    def _request_id(self) -> str | None:
        """The X-Request-Id of the response, or else of the request; None for nested values."""
        return getattr(self, "_id_of_request", None)

    def _set_request_id(self, request_id: str | None) -> None:
        self._id_of_request = request_id

    def _items(self, *, with_unset: bool = True) -> Iterator[tuple[str, Any]]:
        """Yield names and values: the declared fields in their order, then all others."""
        own, fields = self.__dict__, fields_of(type(self))
        for name, field in fields.items():
            if name in own:
                yield name, own[name]
            elif with_unset and not field.is_required():
                yield name, field.default
        for name, value in own.items():
            if name not in fields:
                yield name, value

    def __iter__(self) -> Iterator[Any]:
        yield from self._items()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return dict(self._items()) == dict(other._items())

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self._items())
        return f"{type(self).__name__}({shown})"

    __str__ = __repr__

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        """Yield names and values, for the pretty printer of rich."""
        yield from self._items()

    @property
    def model_extra(self) -> dict[str, Any]:
        """The fields that the class does not declare."""
        fields = fields_of(type(self))
        return {name: value for name, value in self.__dict__.items() if name not in fields}

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that the server sent or that were assigned."""
        return set(self.__dict__)

    __fields_set__ = model_fields_set

    def model_dump(
        self,
        *,
        mode: Literal["json", "python"] | str = "python",
        include: Any = None,
        exclude: Any = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        **_: Any,
    ) -> dict[str, Any]:
        """Convert the value and its nested values to dicts.

        Args:
            mode: "json" also converts instances of the caller's pydantic classes to JSON types.
            include: Names of the fields to keep, or a mapping of names to the fields to keep in
                nested values. Default: all.
            exclude: Names of the fields to omit, in the same form.
            exclude_unset: Whether to omit fields that were not sent.
            exclude_defaults: Whether to omit fields that have their default value.
            exclude_none: Whether to omit fields that are None.
        """
        dump = Dump(mode, exclude_unset, exclude_defaults, exclude_none)
        return dump.object_of(self, include, exclude)

    def model_dump_json(self, *, indent: int | None = None, **choices: Any) -> str:
        """Convert the value to JSON text, with the same options as `model_dump`."""
        separators = None if indent is not None else (",", ":")
        value = self.model_dump(**{"mode": "json", **choices})
        return json_codec.dumps(value, ensure_ascii=False, indent=indent, separators=separators)

    def to_dict(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> dict[str, Any]:
        """Return the JSON object that the server sent, as a dict; see `model_dump`."""
        dump = Dump(mode, exclude_unset, exclude_defaults, exclude_none)
        return dump.object_of(self)

    def to_json(
        self,
        *,
        indent: int | None = 2,
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> str:
        """Return the JSON text of the object that the server sent; see `model_dump`."""
        return self.model_dump_json(
            indent=indent,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
        )

    def dict(self, **choices: Any) -> dict[str, Any]:
        """Call `model_dump`. This is its name in pydantic 1."""
        return self.model_dump(**choices)

    def json(self, **choices: Any) -> str:
        """Call `model_dump_json`. This is its name in pydantic 1."""
        return self.model_dump_json(**choices)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy of the value.

        Args:
            update: Fields to change in the copy.
            deep: Whether to copy nested values too.
        """
        made = copying.deepcopy(self) if deep else copying.copy(self)
        vars(made).update(update or {})
        return made

    def copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Call `model_copy`. This is its name in pydantic 1."""
        return self.model_copy(update=update, deep=deep)

    @classmethod
    def construct(cls, _fields_set: Iterable[str] | None = None, **fields: Any) -> Self:
        """Return a value with these fields; required fields may be missing.

        Dicts are converted to nested values.
        """
        return cls._of(_owned(fields))

    model_construct = construct

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        """Return a value with the fields of a mapping, such as the result of `model_dump`.

        Raises:
            ValueError: `obj` is not a mapping, or a required field is missing.
        """
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, Mapping):
            raise ValueError(f"{cls.__name__}: expected a mapping, got {obj!r:.80}")  # as pydantic
        return cls(**obj)

    parse_obj = model_validate

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, **_: Any) -> Self:
        """Return a value with the fields of a JSON text.

        Raises:
            ValueError: The text is not a JSON object, or a required field is missing.
        """
        return cls.model_validate(json_codec.loads(json_data))

    parse_raw = model_validate_json

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema that lets pydantic classes have fields of this type."""
        from pydantic_core import core_schema

        dump = core_schema.plain_serializer_function_ser_schema(lambda value: value.model_dump())
        return core_schema.no_info_plain_validator_function(cls.model_validate, serialization=dump)
