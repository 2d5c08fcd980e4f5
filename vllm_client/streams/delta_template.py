"""Reading a stream's chunks without parsing each one whole.

The chunks of a stream differ in one string, the delta. Once a chunk has been parsed, the text
around that string is a template: a later text that begins and ends in the same way, with one JSON
string between, has the same value but for that string, because JSON is read from left to right and
everything outside the string is the same to the letter.
"""

from __future__ import annotations

from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]  # there since Python 2.6
from typing import Any

import attrs

from ..codec.json_codec import loads

_SENTINEL = "\x7f sentinel \x7f"

# Where the delta stands in a chunk.
Path = tuple[str | int, ...]


@attrs.frozen
class DeltaHandler:
    """What to do with the deltas that a template finds: keep each, and make an event of it."""

    keep: Callable[[str], None]
    event: Callable[[str], Any]


class DeltaTemplate:
    """The text before and after the delta, in the chunks of one choice."""

    __slots__ = ("_after", "_before", "_start", "event", "keep")

    def __init__(self, before: str, after: str, known: DeltaHandler) -> None:
        self._before = before
        self._after = after
        self._start = len(before)
        self.keep = known.keep
        self.event = known.event

    def delta(self, text: str) -> str | None:
        """The delta of a chunk of this template; None for any other text."""
        if not text.startswith(self._before):
            return None
        try:
            delta, end = scanstring(text, self._start)
        except ValueError:
            return None
        # an empty delta makes no event: the machine's own matter
        return delta if delta and text[end:] == self._after else None


def learn(text: str, path: Path, known: DeltaHandler) -> DeltaTemplate | None:
    """The template of a chunk with a string at `path`; None where its place cannot be told.

    What counts is the proof: put another string at the place that was found, and it must come out
    at the path.
    """
    before, key, rest = text.partition(f'"{path[-1]}":')
    blank = " " if rest.startswith(" ") else ""
    if not rest.startswith(f'{blank}"'):
        return None
    before += f'{key}{blank}"'
    _, end = scanstring(text, len(before))
    after = text[end:]
    found = _at(path, loads(f'{before}{_SENTINEL}"{after}'))
    if found != _SENTINEL or _at(path, loads(text)) == _SENTINEL:
        return None
    return DeltaTemplate(before, after, known)


def _at(path: Path, value: Any) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value.get(path[-1])
