"""Adapt a request to the connected vLLM version, or warn about what it ignores."""

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
    """The connected server's version ignores a part of the request, with status 200.

    `strict=True` on the client makes it a RequestError, before the request is sent.
    """


def adapted(spec: RequestSpec[T], version: str) -> RequestSpec[T]:
    """The request for a server of this version.

    Args:
        spec: The request, as it was built.
        version: The server's version, as its /version has it.

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
