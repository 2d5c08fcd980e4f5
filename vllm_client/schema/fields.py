"""What the keys of an object are: those of a class, or the parameters of a function."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NotRequired, Required, get_args, get_origin

import attrs
from typing_extensions import ReadOnly, get_type_hints, is_typeddict

from .docstring import read_docstring

# of a key that need not be there, but has no default that JSON knows
NOTHING: Any = object()


@attrs.frozen
class Field:
    """A key of an object. `default` is NOTHING where there is none that a schema could tell."""

    key: str
    kind: Any
    required: bool = True
    default: Any = NOTHING
    description: str = ""


def fields_of(cls: type) -> list[Field] | None:
    """Those of an attrs class, dataclass or TypedDict; None for another class.

    Raises TypeError for a class that nothing could make of them, and whatever its hints raise.
    """
    if attrs.has(cls):
        return [_of_attrs(field, _hints(cls)) for field in attrs.fields(cls) if field.init]
    if dataclasses.is_dataclass(cls):
        _refuse_init_vars(cls)
        return [
            _of_dataclass(field, _hints(cls)) for field in dataclasses.fields(cls) if field.init
        ]
    if is_typeddict(cls):
        return [_of_typed_dict(cls, key, kind) for key, kind in _hints(cls).items()]
    return None


def parameters_of(function: Callable[..., Any]) -> list[Field]:
    """The parameters of a function.

    Raises TypeError for one that has no name, and whatever its hints raise.
    """
    hints = _hints(function)
    docs = read_docstring(function.__doc__).parameters
    found = inspect.signature(function).parameters.values()
    return [_of_parameter(parameter, hints, docs) for parameter in found]


def description_of(notes: Iterable[Any]) -> str:
    """What an Annotated says in words: a string, a Doc, or what else has a description."""
    for note in notes:
        text = note if isinstance(note, str) else None
        text = text or getattr(note, "documentation", None) or getattr(note, "description", None)
        if isinstance(text, str):
            return text
    return ""


def is_constraint(note: Any) -> bool:
    """Whether what stands in an Annotated is a rule for pydantic, and no mere description."""
    if type(note).__module__.partition(".")[0] not in _RULES_OF:
        return False
    return not hasattr(note, "documentation") and bool(getattr(note, "metadata", True))


_RULES_OF = frozenset({"annotated_types", "pydantic", "pydantic_core"})


def summary_of(cls: type) -> str:
    """What a class says of itself; not what dataclasses says in its place."""
    own = cls.__dict__.get("__doc__") or ""
    return "" if own.startswith(f"{cls.__name__}(") else read_docstring(own).text


def _hints(thing: Any) -> dict[str, Any]:
    return get_type_hints(thing, include_extras=True)


def _refuse_init_vars(cls: type) -> None:
    for name, kind in _hints(cls).items():
        is_init_var = kind is dataclasses.InitVar or isinstance(kind, dataclasses.InitVar)
        if is_init_var and not hasattr(cls, name):
            raise TypeError(f"its {name!r} is an InitVar, which is no field")


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
    # the class itself does not see what stands in a string
    required = key in cls.__required_keys__
    while (origin := get_origin(kind)) in (Required, NotRequired, ReadOnly):
        required = required if origin is ReadOnly else origin is Required
        (kind,) = get_args(kind)
    return Field(key=key, kind=kind, required=required)


def _of_parameter(
    parameter: inspect.Parameter, hints: Mapping[str, Any], docs: Mapping[str, str]
) -> Field:
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise TypeError(f"its parameter {parameter.name!r} cannot be given by name")
    given = parameter.default is not parameter.empty
    return Field(
        key=parameter.name,
        kind=hints.get(parameter.name, Any),
        required=not given,
        default=parameter.default if given else NOTHING,
        description=docs.get(parameter.name, ""),
    )
