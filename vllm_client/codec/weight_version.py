"""The weight versions that generated the parts of an answer."""

from __future__ import annotations

import attrs

from .answer import Answer


@attrs.frozen(repr=False)
class WeightVersion(Answer):
    """A range of tokens that was generated with one version of the weights.

    Attributes:
        version: The version of the weights.
        start: The index of the first token of the range.
        end: The index after the last token of the range.
    """

    version: str
    start: int
    end: int
