"""The versions of the weights that generated each part of an answer."""

from __future__ import annotations

import attrs

from .answer import Answer


@attrs.frozen(repr=False)
class WeightVersion(Answer):
    """The tokens from `start` to before `end` were chosen by the weights of this version."""

    version: str
    start: int
    end: int
