"""Resolve the type variables of generic classes and aliases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, Union, get_args, get_origin

_NO_DEFAULT = object()

Variables = Mapping[Any, Any]


def variables_of(kind: Any) -> dict[Any, Any]:
    """Return the types of the type variables of a class or alias, and of those of its bases.

    For `Box[int]`, the variable of `Box` has the type int.
    """
    origin = get_origin(kind) or kind
    parameters = getattr(origin, "__parameters__", ()) or getattr(origin, "__type_params__", ())
    args = get_args(kind) or tuple(map(_default_of, parameters))
    known = dict(zip(parameters, args, strict=False))
    for base in getattr(origin, "__orig_bases__", ()):
        for variable, found in variables_of(base).items() if get_args(base) else ():
            known.setdefault(variable, substituted(found, known))
    return known


def substituted(kind: Any, variables: Variables) -> Any:
    """Replace the type variables in a type; keep variables without a known type."""
    if not variables:
        return kind
    if isinstance(kind, TypeVar):
        return variables.get(kind, kind)
    parameters = getattr(kind, "__parameters__", ())
    is_bare = isinstance(kind, type) and not get_args(kind)  # a generic class without arguments
    if is_bare or not parameters:
        return kind
    alias: Any = kind
    return alias[tuple(variables.get(one, one) for one in parameters)]


def _default_of(variable: Any) -> Any:
    """Return the type to use for a type variable without an argument."""
    default = getattr(variable, "__default__", _NO_DEFAULT)
    if isinstance(default, type) or get_origin(default) is not None:
        return default
    if variable.__constraints__:
        return Union[variable.__constraints__]  # noqa: UP007  # `|` cannot join a tuple of types
    return variable.__bound__ or Any
