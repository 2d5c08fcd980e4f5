"""Read the chunks of a stream without parsing each of them as JSON.

The chunks of a choice usually differ only in one string, the delta:

    {"id":"a","choices":[{"index":0,"delta":{"content":"Hel"}}]}
    {"id":"a","choices":[{"index":0,"delta":{"content":"lo"}}]}

The first chunk is parsed. If it contains nothing new but its delta, the state machine of the stream
(`GenerationMachine`) returns the path of the delta, `("choices", 0, "delta", "content")`, and a
handler for further deltas: `keep` appends a delta to the text of the choice, `event` makes a
ContentEvent from it. `learn` then finds the delta in the text of the chunk, and makes a template
from the text around it:

    before   {"id":"a","choices":[{"index":0,"delta":{"content":"
    after    }}]}

The second chunk begins with `before`, followed by the JSON string `lo`, followed by `after`. JSON
is parsed from left to right. So a chunk that matches the template has the same value as the first
one except for this string, and need not be parsed. A chunk that does not match, such as the one
with the finish_reason, is parsed, and may become another template.

`learn` searches the text for the first `"content":`, which may be the wrong one. To verify it,
`learn` replaces the string by a sentinel and parses the result: the string is the delta only if the
sentinel is at the path.
"""

from __future__ import annotations

from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]  # there since Python 2.6
from typing import Any

import attrs

from ..codec.json_codec import has_halves, loads

# If the chunks differ in more than their delta, a template matches no other chunk. So no more than
# this number of templates are made for each choice.
MAX_LEARNED_TEMPLATES = 8
# Trying more templates than this takes as long as parsing a chunk.
MAX_KEPT_TEMPLATES = 8

_SENTINEL = "\x7f sentinel \x7f"

# The path of the delta in a chunk.
Path = tuple[str | int, ...]


@attrs.frozen
class DeltaHandler:
    """The functions that handle the deltas found by a template.

    Attributes:
        keep: Adds a delta to the response.
        event: Makes an event from a delta.
    """

    keep: Callable[[str], None]
    event: Callable[[str], Any]

    def also_updating(self, *dicts: tuple[dict[str, Any], dict[str, Any]]) -> DeltaHandler:
        """Return a handler that, for each delta, also stores the unknown fields of the chunk.

        Args:
            dicts: Pairs of a dict to update, and the fields to update it with.
        """
        pairs = [(kept, new) for kept, new in dicts if new]
        if not pairs:
            return self

        def keep(delta: str) -> None:
            self.keep(delta)
            for kept, new in pairs:
                kept.update(new)

        return DeltaHandler(keep, self.event)


class DeltaTemplate:
    """The text before and after the delta in the chunks of one choice."""

    __slots__ = ("_after", "_before", "_start", "event", "keep")

    def __init__(self, before: str, after: str, handler: DeltaHandler) -> None:
        self._before = before
        self._after = after
        self._start = len(before)
        self.keep = handler.keep
        self.event = handler.event

    def delta(self, text: str) -> str | None:
        """Return the delta of a chunk that matches this template; None for other texts."""
        if not text.startswith(self._before):
            return None
        delta: str
        try:
            delta, end = scanstring(text, self._start)
        except ValueError:
            return None
        # The state machine handles an empty delta, which makes no event, and a delta with a lone
        # surrogate, which must be held back.
        if not delta or text[end:] != self._after or (not delta.isascii() and has_halves(delta)):
            return None
        return delta


class DeltaTemplates:
    """The templates of a stream, newest first, since the newest is most likely to match.

    Attributes:
        kept: The templates to try; always the same list object.
        to_learn: The number of further templates that may be made.
    """

    def __init__(self, choices: int) -> None:
        self.kept: list[DeltaTemplate] = []
        self.to_learn = MAX_LEARNED_TEMPLATES * choices

    def learn(self, text: str, path: Path, handler: DeltaHandler) -> None:
        """Make a template from a chunk, to read similar chunks."""
        self.to_learn -= 1
        template = learn(text, path, handler)
        if template is not None:
            self.kept.insert(0, template)
            del self.kept[MAX_KEPT_TEMPLATES:]


def learn(text: str, path: Path, handler: DeltaHandler) -> DeltaTemplate | None:
    """Make a template from a chunk with a string at `path`; None if it is not found reliably."""
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
    return DeltaTemplate(before, after, handler)


def _at(path: Path, value: Any) -> Any:
    """Return the value at a path; None if there is none, for example since a part is null."""
    try:
        for step in path:
            value = value[step]
    except (LookupError, TypeError):
        return None
    return value
