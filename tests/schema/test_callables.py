"""Functions, methods, partials and callable objects."""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from vllm_client.schema.callables import (
    bound_names,
    called_function,
    docstring_of,
    name_of_callable,
    without_partial,
)


def plain(a: int, b: int = 1) -> int:
    """Plain."""
    return a + b


class Adder:
    """Adds."""

    def __call__(self, a: int) -> int:
        return a

    def method(self) -> None:
        """Of the method."""


class Documented:
    def __call__(self) -> None:
        """Of the call."""


@functools.lru_cache
def cached() -> None:
    """Cached."""


@pytest.mark.parametrize(
    ("function", "name", "docstring"),
    [
        (plain, "plain", "Plain."),
        (functools.partial(plain, 1), "plain", "Plain."),
        (functools.partial(functools.partial(plain, 1), b=2), "plain", "Plain."),
        (Adder(), "Adder", "Adds."),
        (functools.partial(Adder(), 1), "Adder", "Adds."),
        (Adder().method, "method", "Of the method."),
        (Documented(), "Documented", "Of the call."),
        (cached, "cached", "Cached."),
    ],
)
def test_name_and_docstring(function: Callable[..., Any], name: str, docstring: str) -> None:
    assert name_of_callable(function) == name
    assert docstring_of(function) == docstring


def test_called_function() -> None:
    adder = Adder()

    assert called_function(functools.partial(plain)) is plain
    assert called_function(adder) == adder.__call__
    assert called_function(cached) is cached
    assert called_function(Adder) is Adder
    assert without_partial(functools.partial(adder)) is adder


def test_names_bound_by_a_partial() -> None:
    assert bound_names(functools.partial(functools.partial(plain, a=1), b=2)) == {"a", "b"}
    assert bound_names(functools.partial(plain, 1)) == set()
    assert bound_names(plain) == set()
