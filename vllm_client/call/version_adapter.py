"""Adapt a request to the connected vLLM version, or warn about what it ignores."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, TypeVar

import attrs

from ..codec.json_codec import dumps
from ..errors import RequestError
from ..vllm.versions import _depends_on_version, fit
from .build_request import build
from .request import RequestSpec
from .response import HttpResponse
from .settings import ClientSettings

T = TypeVar("T")


class IgnoredByServerWarning(UserWarning):
    """The connected server's version ignores a part of the request, with status 200.

    `strict=True` on the client makes it a RequestError, before the request is sent.
    """


def build_fitted(
    settings: ClientSettings,
    path: str,
    read: Callable[[HttpResponse], T],
    body: Mapping[str, Any],
    options: Mapping[str, Any],
) -> RequestSpec[T]:
    """The POST request, to be fitted to the server's version if it depends on it.

    options: the caller's, of the call and of the body. Raises RequestError.
    """
    spec = build(settings, "POST", path, read, body=body, call=options)
    if not _depends_on_version(body):
        return spec
    untyped = frozenset(options.get("extra_body") or ())
    return attrs.evolve(spec, fit=partial(_fitted, spec, body, untyped, settings.strict))


def _fitted(
    spec: RequestSpec[T],
    body: Mapping[str, Any],
    untyped: Collection[str],
    strict: bool,
    version: str,
) -> RequestSpec[T]:
    fitting, ignored = fit(version, body, untyped)
    if ignored and strict:
        raise RequestError("; ".join(ignored))
    for each in ignored:
        warnings.warn(each, IgnoredByServerWarning, stacklevel=_callers_level())
    return spec if fitting is body else attrs.evolve(spec, body=dumps(fitting))


def _callers_level() -> int:
    """The level, for warnings.warn in the caller of this, of the first frame that is not ours."""
    package = _package_of(globals())
    level = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and _package_of(frame.f_globals) == package:
        frame = frame.f_back
        level += 1
    return level


def _package_of(names: Mapping[str, Any]) -> str:
    return str(names.get("__name__", "")).partition(".")[0]
