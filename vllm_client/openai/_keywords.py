"""Checks of the keywords of methods, and their names in `inspect.signature`."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .. import IgnoredByServerWarning
from ._call import with_hidden_headers
from ._types import NOT_GIVEN, CallOptions, given

F = TypeVar("F", bound=Callable[..., Any])

_warned: set[tuple[str, str]] = set()


def takes(keywords: type) -> Callable[[F], F]:
    """Decorate a method whose `**options` are the keys of this TypedDict."""

    def named(method: F) -> F:
        method.__signature__ = _signature(method, keywords)  # type: ignore[attr-defined]
        return method

    return named


def _signature(method: Callable[..., Any], keywords: type) -> inspect.Signature:
    plain = inspect.signature(method)
    own = [p for p in plain.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    names = {parameter.name for parameter in own}
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=NOT_GIVEN)
        for name in keywords.__annotations__
        if name not in names
    ]
    return plain.replace(parameters=[*own, *more])


def checked(
    method: str,
    options: Mapping[str, Any],
    keywords: type,
    ignored: frozenset[str],
) -> dict[str, Any]:
    """Return the fields of the body.

    A keyword that vLLM ignores is sent, with an IgnoredByServerWarning the first time.

    Raises:
        TypeError: openai-python has no such keyword.
    """
    known = keywords.__annotations__
    with_hidden_headers(options)
    for name in options:
        if name not in known:
            raise TypeError(
                f"{method}() got an unexpected keyword argument {name!r}; "
                "pass options that only vLLM has in extra_body"
            )
    body = given({n: v for n, v in options.items() if n not in CallOptions.__annotations__})
    for name in body.keys() & ignored:
        _warn(method, name)
    return body


def _warn(method: str, name: str) -> None:
    if (method, name) not in _warned:
        _warned.add((method, name))
        warnings.warn(f"{method}(): vLLM ignores {name}", IgnoredByServerWarning, stacklevel=5)
