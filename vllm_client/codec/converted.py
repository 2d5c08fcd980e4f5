"""A marker for fields whose JSON value may have several forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs


@attrs.frozen
class Converted:
    """Marker that makes the decoder call `convert` for a field: `Annotated[X, Converted(convert)]`.

    Attributes:
        convert: Converts a JSON value to an X, or raises TypeError if it does not fit. It is not
            called for null, which is treated as a missing value.
    """

    convert: Callable[[Any], Any]
