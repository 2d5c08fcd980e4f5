"""A mark for fields whose JSON value may have several forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs


@attrs.frozen
class Converted:
    """Mark the type of a field, in `Annotated[X, Converted(convert)]`: read it with `convert`.

    Attributes:
        convert: Takes the JSON value and returns an X. Raises TypeError for a value that does not
            fit. A null is not handed to it: null is the same as absent.
    """

    convert: Callable[[Any], Any]
