"""Find the function behind a callable: a method, a `functools.partial`, an object to call."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


def name_of_callable(function: Callable[..., Any]) -> str:
    """Return the name of a function, or the class name of a callable object."""
    target = without_partial(function)
    return str(getattr(target, "__name__", type(target).__name__))


def docstring_of(function: Callable[..., Any]) -> str | None:
    """Return the docstring of the function, or if it has none that of the callable object."""
    return called_function(function).__doc__ or without_partial(function).__doc__


def without_partial(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the callable inside a `functools.partial`; return other callables unchanged."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def called_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that has the type hints and the code."""
    target = without_partial(function)
    if inspect.isroutine(target) or isinstance(target, type) or hasattr(target, "__wrapped__"):
        return target
    call: Callable[..., Any] = target.__call__  # type: ignore[operator]  # the target is a callable object
    return call


def bound_names(function: Callable[..., Any]) -> frozenset[str]:
    """Return the parameters that a `functools.partial` has bound by keyword."""
    names: set[str] = set()
    while isinstance(function, functools.partial):
        names |= function.keywords.keys()
        function = function.func
    return frozenset(names)
