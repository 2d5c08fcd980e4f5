"""Taking `<think>…</think>` apart, where a server without a reasoning parser left it."""

from __future__ import annotations

import attrs

from ..errors import RequestError
from .json_codec import is_json

# White space before a tag is a line end or two; more is text.
MAX_INDENT = 64


def _is_tag(_: Thinking, field: attrs.Attribute[str], value: str) -> None:
    if not value.strip():
        raise RequestError(f"Thinking: {field.name} is blank, expected a tag")


@attrs.frozen
class Thinking:
    """How a model marks its thoughts at the start of its text.

    open, close: the tags. Raises RequestError for blank ones.
    opened: the prompt's template has written the opening tag already, so that the text begins
        inside the thoughts and only the closing tag arrives. (A second opening tag is dropped.)
    """

    open: str = attrs.field(default="<think>", validator=_is_tag)
    close: str = attrs.field(default="</think>", validator=_is_tag)
    opened: bool = False

    @classmethod
    def of(cls, value: Thinking | bool) -> Thinking | None:
        """True is the usual tags, False is None: leave the text as it is."""
        if isinstance(value, Thinking):
            return value
        if isinstance(value, bool):
            return cls() if value else None
        raise RequestError(f"thinking: expected a bool or a Thinking, got {value!r}")


class ThinkingSplitter:
    """Splits one choice's text, delta by delta: `feed` gives (reasoning, content).

    Only tags at the very start count, after white space at most. What may still become a tag is
    held back until it is decided; `finish` gives what is left, and `held_back` looks at it.
    """

    __slots__ = ("_held", "_inside", "_thinking", "decided")

    def __init__(self, thinking: Thinking) -> None:
        self._thinking = thinking
        self._inside = False
        self._held = ""
        self.decided = False  # from here on everything is content

    def feed(self, delta: str) -> tuple[str, str]:
        """What of the text so far is certain, and new."""
        if self.decided:
            return "", delta
        text = self._held + delta
        self._held = ""
        if not self._inside:
            return self._look_for_opening(text)
        return self._look_for_closing(text)

    def finish(self) -> tuple[str, str]:
        """What was held back, now that nothing follows."""
        left = self.held_back()
        self._held = ""
        return left

    def held_back(self) -> tuple[str, str]:
        """What is not decided yet, as it is to be read if nothing follows."""
        inside = self._inside or self._thinking.opened
        return (self._held, "") if inside and not self.decided else ("", self._held)

    def _look_for_opening(self, text: str) -> tuple[str, str]:
        start = text.lstrip()
        tag = self._thinking.open.lstrip()
        near = len(text) - len(start) <= MAX_INDENT
        if near and start.startswith(tag):
            self._inside = True
            return self._look_for_closing(start[len(tag) :])
        if near and tag.startswith(start):
            self._held = text
            return "", ""
        if self._thinking.opened:
            self._inside = True
            return self._look_for_closing(text)
        self.decided = True
        return "", text

    def _look_for_closing(self, text: str) -> tuple[str, str]:
        tag = self._thinking.close
        reasoning, found, content = text.partition(tag)
        if found:
            self.decided = True
            return reasoning, content
        held = _overlap(text, tag)
        self._held = text[len(text) - held :]
        return text[: len(text) - held], ""


def split(text: str, thinking: Thinking) -> tuple[str | None, str | None]:
    """Split a whole text.

    A closing tag without an opening one ends the reasoning: the prompt opened the tag. In a stream
    it stays text, as the text before it has been handed out.

    Returns:
        The reasoning and the content; None for a part that is empty.
    """
    if not thinking.opened:
        if _is_opened_by_prompt(text, thinking):
            thinking = attrs.evolve(thinking, opened=True)
        elif thinking.open.strip() not in text:
            return None, text or None
    splitter = ThinkingSplitter(thinking)
    reasoning, content = splitter.feed(text)
    last_reasoning, last_content = splitter.finish()
    return (reasoning + last_reasoning) or None, (content + last_content) or None


def _is_opened_by_prompt(text: str, thinking: Thinking) -> bool:
    """Whether a text has a closing tag, and no opening one before it; JSON has neither."""
    before, closed, _ = text.partition(thinking.close)
    return bool(closed) and thinking.open.strip() not in before and not is_json(text)


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text begin the tag."""
    for length in range(min(len(tag) - 1, len(text)), 0, -1):
        if text.endswith(tag[:length]):
            return length
    return 0
