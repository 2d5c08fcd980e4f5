"""Adapt a request to the connected vLLM version, and warn about fields that it ignores."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from ..codec.json_codec import dumps
from ..errors import RequestError
from ..vllm.versions import fit
from .request import RequestSpec

T = TypeVar("T")


class IgnoredByServerWarning(UserWarning):
    """The version of the connected server silently ignores a part of the request.

    With `strict=True` on the client, this is a RequestError before the request is sent.
    """


def adapted(spec: RequestSpec[T], version: str) -> RequestSpec[T]:
    """Adapt a request to the version of a server; warn about fields that it ignores.

    Args:
        spec: The request.
        version: The version of the server, as returned by /version.

    Raises:
        RequestError: The version ignores a part of the request, and the client is strict.
    """
    if spec.dependent is None:
        return spec
    body, ignored = fit(version, spec.dependent)
    if ignored and spec.strict:
        raise RequestError("; ".join(ignored))
    for each in ignored:
        warnings.warn(each, IgnoredByServerWarning, stacklevel=_callers_level())
    return spec if body is spec.dependent.body else attrs.evolve(spec, body=dumps(body))


def _callers_level() -> int:
    """Return the `stacklevel` for warnings.warn that points to the code calling this package."""
    package = _package_of(globals())
    level = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and _package_of(frame.f_globals) == package:
        frame = frame.f_back
        level += 1
    return level


def _package_of(names: Mapping[str, Any]) -> str:
    return str(names.get("__name__", "")).partition(".")[0]
