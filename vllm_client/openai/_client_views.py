"""`client.with_raw_response` and `client.with_streaming_response`."""

from __future__ import annotations

from typing import Any


class View:
    """A proxy for a client or resource, whose attributes are the views of its resources.

    `name`: the kind of view, "with_raw_response" or "with_streaming_response".
    """

    def __init__(self, of: Any, name: str) -> None:
        self._of = of
        self._name = name

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._of, name)
        return getattr(part, self._name, None) or View(part, self._name)
