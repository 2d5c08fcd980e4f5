"""Find the keys of a JSON object: the fields of a class, or the parameters of a function."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Annotated, Any, NotRequired, Required, get_args, get_origin

import attrs
from typing_extensions import ReadOnly, get_type_hints, is_typeddict

from .callables import bound_names, called_function, docstring_of
from .docstring import read_docstring
from .generics import substituted, variables_of

# Stands for a default value that JSON cannot represent.
NOTHING: Any = object()


@attrs.frozen
class Field:
    """A key of a JSON object.

    Attributes:
        key: The name of the key.
        kind: The type of its value.
        required: Whether the key must be present.
        default: The default to state in the schema; NOTHING if there is none.
        description: The description for the schema.
        make_default: Makes the value of a missing key. None if the class or function does so.
    """

    key: str
    kind: Any
    required: bool = True
    default: Any = NOTHING
    description: str = ""
    make_default: Callable[[], Any] | None = None


def fields_of(kind: Any) -> list[Field] | None:
    """Return the fields of an attrs class, dataclass, TypedDict or NamedTuple; None for others.

    Args:
        kind: The class, or a generic class with its arguments, such as `Box[int]`.

    Raises:
        TypeError: An instance cannot be made from the fields.
        Exception: Evaluating the type hints may raise any error.
    """
    fields = _declared_fields(get_origin(kind) or kind)
    if fields is None:
        return None
    variables = variables_of(kind)
    return [
        _by_pydantic_field(attrs.evolve(field, kind=substituted(field.kind, variables)))
        for field in fields
    ]


def _declared_fields(cls: Any) -> list[Field] | None:
    if attrs.has(cls):
        return [_of_attrs(field, _hints(cls)) for field in attrs.fields(cls) if field.init]
    if dataclasses.is_dataclass(cls):
        _refuse_init_vars(cls)
        return [
            _of_dataclass(field, _hints(cls)) for field in dataclasses.fields(cls) if field.init
        ]
    if is_typeddict(cls):
        return [_of_typed_dict(cls, key, kind) for key, kind in _hints(cls).items()]
    if is_named_tuple(cls):
        return [_of_named_tuple(cls, name, _hints(cls)) for name in cls._fields]
    return None


def is_named_tuple(cls: Any) -> bool:
    """Return whether a class was made by `typing.NamedTuple` or `collections.namedtuple`."""
    return isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")


def parameters_of(function: Callable[..., Any]) -> list[Field]:
    """Return the parameters of a function, without those that a `functools.partial` has bound.

    Raises:
        TypeError: A parameter cannot be passed by keyword.
        Exception: Evaluating the type hints may raise any error.
    """
    hints = _hints(called_function(function))
    docs = read_docstring(docstring_of(function)).parameters
    bound = bound_names(function)
    found = inspect.signature(function).parameters.values()
    return [
        _by_pydantic_field(_of_parameter(parameter, hints, docs))
        for parameter in found
        if parameter.name not in bound
    ]


def description_of(notes: Iterable[Any]) -> str:
    """Return the description in an Annotated: a string, a `Doc`, or a `description` attribute."""
    for note in notes:
        text = note if isinstance(note, str) else None
        text = text or getattr(note, "documentation", None) or getattr(note, "description", None)
        if isinstance(text, str):
            return text
    return ""


def summary_of(cls: type) -> str:
    """Return the text of the docstring of a class, unless dataclasses or namedtuple wrote it."""
    own = cls.__dict__.get("__doc__") or ""
    return "" if own.startswith(f"{cls.__name__}(") else read_docstring(own).text


def _hints(thing: Any) -> dict[str, Any]:
    return get_type_hints(thing, include_extras=True)


def _refuse_init_vars(cls: Any) -> None:
    for name, kind in _hints(cls).items():
        is_init_var = kind is dataclasses.InitVar or isinstance(kind, dataclasses.InitVar)
        if is_init_var and not hasattr(cls, name):
            raise TypeError(f"its {name!r} is an InitVar, which is not supported as a field")


def _of_attrs(field: attrs.Attribute[Any], hints: Mapping[str, Any]) -> Field:
    made = isinstance(field.default, attrs.Factory)  # type: ignore[arg-type]  # a class at run time
    return Field(
        key=field.alias or field.name,
        kind=hints.get(field.name, field.type or Any),
        required=field.default is attrs.NOTHING,
        default=NOTHING if made or field.default is attrs.NOTHING else field.default,
        description=field.metadata.get("description", ""),
    )


def _of_dataclass(field: dataclasses.Field[Any], hints: Mapping[str, Any]) -> Field:
    plain = field.default is not dataclasses.MISSING
    return Field(
        key=field.name,
        kind=hints[field.name],
        required=not plain and field.default_factory is dataclasses.MISSING,
        default=field.default if plain else NOTHING,
        description=field.metadata.get("description", ""),
    )


def _of_typed_dict(cls: Any, key: str, kind: Any) -> Field:
    # __required_keys__ ignores Required and NotRequired inside string annotations.
    required = key in cls.__required_keys__
    while (origin := get_origin(kind)) in (Required, NotRequired, ReadOnly):
        required = required if origin is ReadOnly else origin is Required
        (kind,) = get_args(kind)
    return Field(key=key, kind=kind, required=required)


def _of_named_tuple(cls: Any, name: str, hints: Mapping[str, Any]) -> Field:
    given = name in cls._field_defaults
    default = cls._field_defaults[name] if given else NOTHING
    return Field(key=name, kind=hints.get(name, Any), required=not given, default=default)


def _by_pydantic_field(field: Field) -> Field:
    """Apply a `Field(…)` of pydantic given as the default, or in the Annotated.

    Python itself would use such an object as the default value.
    """
    if _is_pydantic_field(field.default):
        said = field.default
        field = attrs.evolve(field, kind=Annotated[field.kind, said])
    elif field.required and get_origin(field.kind) is Annotated:
        said = next(filter(_is_pydantic_field, field.kind.__metadata__), None)
    else:
        return field
    if said is None or said.is_required():
        return attrs.evolve(field, required=True, default=NOTHING)
    return attrs.evolve(
        field,
        required=False,
        default=said.default if said.default_factory is None else NOTHING,
        make_default=partial(said.get_default, call_default_factory=True),
    )


def _is_pydantic_field(value: Any) -> bool:
    fields = sys.modules.get("pydantic.fields")
    return fields is not None and isinstance(value, fields.FieldInfo)


def _of_parameter(
    parameter: inspect.Parameter, hints: Mapping[str, Any], docs: Mapping[str, str]
) -> Field:
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise TypeError(f"its parameter {parameter.name!r} cannot be passed by keyword")
    given = parameter.default is not parameter.empty
    return Field(
        key=parameter.name,
        kind=hints.get(parameter.name, Any),
        required=not given,
        default=parameter.default if given else NOTHING,
        description=docs.get(parameter.name, ""),
    )
