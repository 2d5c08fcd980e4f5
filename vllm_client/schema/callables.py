"""The function in a callable: in a method, a `functools.partial`, an object with `__call__`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


def name_of_callable(function: Callable[..., Any]) -> str:
    """The name of a function, or that of the class of an object that can be called."""
    target = without_partial(function)
    return str(getattr(target, "__name__", type(target).__name__))


def docstring_of(function: Callable[..., Any]) -> str | None:
    """The docstring of the function, or that of the object that is called."""
    return called_function(function).__doc__ or without_partial(function).__doc__


def without_partial(function: Callable[..., Any]) -> Callable[..., Any]:
    """The callable to which a `functools.partial` binds arguments."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def called_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the type hints and the code."""
    target = without_partial(function)
    if inspect.isroutine(target) or isinstance(target, type) or hasattr(target, "__wrapped__"):
        return target
    call: Callable[..., Any] = target.__call__  # type: ignore[operator]  # an object, by now
    return call


def bound_names(function: Callable[..., Any]) -> frozenset[str]:
    """The parameters that a `functools.partial` has given by name: they are no longer open."""
    names: set[str] = set()
    while isinstance(function, functools.partial):
        names |= function.keywords.keys()
        function = function.func
    return frozenset(names)
