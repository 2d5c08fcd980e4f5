"""Read a stream's chunks without parsing each of them as JSON.

The chunks of a choice usually differ in one string only, the delta:

    {"id":"a","choices":[{"index":0,"delta":{"content":"Hel"}}]}
    {"id":"a","choices":[{"index":0,"delta":{"content":"lo"}}]}

The first chunk is parsed. If it brought nothing but its delta, the machine says at which path the
delta is, `("choices", 0, "delta", "content")`, and how to handle further ones: `keep` appends a
delta to the text of the choice, `event` makes a ContentEvent of it. `learn` then finds the delta
in the text of the chunk and makes a template of what is around it:

    before   {"id":"a","choices":[{"index":0,"delta":{"content":"
    after    }}]}

The second chunk begins with `before`; the JSON string from there on is `lo`, and what follows the
string equals `after`. JSON is read from left to right, so a text that matches has the value of the
first chunk but for this one string: no need to parse it. A text that does not match, such as the
chunk with the finish_reason, is parsed, and may become a template of its own.

Why the right string was found: `learn` looks for the first `"content":` in the text, which may
stand elsewhere, or twice. So it puts a sentinel in place of the string and parses the result. Only
if the sentinel comes out at the path is the string the delta.
"""

from __future__ import annotations

from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]  # there since Python 2.6
from typing import Any

import attrs

from ..codec.json_codec import has_halves, loads

# Where chunks differ in more than their delta a template fits none but its own; after so many for
# each choice we learn no more.
MAX_LEARNED_TEMPLATES = 8
# With more, the look at each of them costs what parsing costs.
MAX_KEPT_TEMPLATES = 8

_SENTINEL = "\x7f sentinel \x7f"

# Where the delta stands in a chunk.
Path = tuple[str | int, ...]


@attrs.frozen
class DeltaHandler:
    """What to do with the deltas that a template finds.

    Attributes:
        keep: add a delta to the response.
        event: make an event of a delta.
    """

    keep: Callable[[str], None]
    event: Callable[[str], Any]

    def also_updating(self, *dicts: tuple[dict[str, Any], dict[str, Any]]) -> DeltaHandler:
        """A handler that also keeps the unknown fields of the chunk, with each delta.

        Args:
            dicts: pairs of what was kept so far and the fields to update it with.
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
    """The text before and after the delta, in the chunks of one choice."""

    __slots__ = ("_after", "_before", "_start", "event", "keep")

    def __init__(self, before: str, after: str, handler: DeltaHandler) -> None:
        self._before = before
        self._after = after
        self._start = len(before)
        self.keep = handler.keep
        self.event = handler.event

    def delta(self, text: str) -> str | None:
        """The delta of a chunk of this template; None for any other text."""
        if not text.startswith(self._before):
            return None
        delta: str
        try:
            delta, end = scanstring(text, self._start)
        except ValueError:
            return None
        # an empty delta makes no event, and half a character waits: the machine's own matter
        if not delta or text[end:] != self._after or (not delta.isascii() and has_halves(delta)):
            return None
        return delta


class DeltaTemplates:
    """The templates of a stream, the newest first: it is the likeliest to match again.

    Attributes:
        kept: the templates to try. Always the same list.
        to_learn: how many more templates are worth their cost.
    """

    def __init__(self, choices: int) -> None:
        self.kept: list[DeltaTemplate] = []
        self.to_learn = MAX_LEARNED_TEMPLATES * choices

    def learn(self, text: str, path: Path, handler: DeltaHandler) -> None:
        """Read further chunks like this one by a template."""
        self.to_learn -= 1
        template = learn(text, path, handler)
        if template is not None:
            self.kept.insert(0, template)
            del self.kept[MAX_KEPT_TEMPLATES:]


def learn(text: str, path: Path, handler: DeltaHandler) -> DeltaTemplate | None:
    """The template of a chunk with a string at `path`; None where its place is doubtful."""
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
    """The value at this path; None if there is none, as where a null part was dropped."""
    try:
        for step in path:
            value = value[step]
    except (LookupError, TypeError):
        return None
    return value
