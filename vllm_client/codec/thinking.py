"""Split `<think>…</think>` from the content, for servers without a reasoning parser."""

from __future__ import annotations

import attrs

from ..errors import RequestError
from .json_codec import is_json

# Max characters of white space before an opening tag; with more, the tag is text.
MAX_INDENT = 64


def _is_tag(_: Thinking, field: attrs.Attribute[str], value: str) -> None:
    if not value.strip():
        raise RequestError(f"Thinking: {field.name} is blank, expected a tag")


@attrs.frozen
class Thinking:
    """The tags in which a model writes its reasoning, at the start of its text.

    Args:
        open: The opening tag.
        close: The closing tag.
        opened: Whether the chat template ends the prompt with the opening tag, so that the text
            begins with reasoning and has only the closing tag. A second opening tag is dropped.

    Raises:
        RequestError: A tag is blank.
    """

    open: str = attrs.field(default="<think>", validator=_is_tag)
    close: str = attrs.field(default="</think>", validator=_is_tag)
    opened: bool = False

    @classmethod
    def of(cls, value: Thinking | bool) -> Thinking | None:
        """Convert the option `thinking=`: True is the default tags, False is None (do not split).

        Raises:
            RequestError: The value is neither a bool nor a Thinking.
        """
        if isinstance(value, Thinking):
            return value
        if isinstance(value, bool):
            return cls() if value else None
        raise RequestError(f"thinking: expected a bool or a Thinking, got {value!r}")


class ThinkingSplitter:
    """Split the text of one choice, delta by delta, into reasoning and content.

    An opening tag is recognised only at the start of the text, optionally after white space. Text
    that may become a tag is held back until more text arrives; `finish` returns the rest.
    """

    __slots__ = ("_held", "_inside", "_thinking", "decided")

    def __init__(self, thinking: Thinking) -> None:
        self._thinking = thinking
        self._inside = False
        self._held = ""
        self.decided = False  # True once all further text is content

    def feed(self, delta: str) -> tuple[str, str]:
        """Add a delta; return the new (reasoning, content), without text that is held back."""
        if self.decided:
            return "", delta
        text = self._held + delta
        self._held = ""
        if not self._inside:
            return self._look_for_opening(text)
        return self._look_for_closing(text)

    def finish(self) -> tuple[str, str]:
        """Return the (reasoning, content) that was held back, at the end of the text."""
        left = self.held_back()
        self._held = ""
        return left

    def held_back(self) -> tuple[str, str]:
        """Return the held-back text as the (reasoning, content) to add if the text ends here."""
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
    """Split a complete text.

    A closing tag without an opening tag also ends reasoning, because the prompt may end with the
    opening tag. (A stream cannot do this: it has already returned the text before the tag.)

    Returns:
        The reasoning and the content; None for an empty part.
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
    """Return whether a text has a closing tag without an opening tag before it.

    In a text that is JSON, the tag is part of a string and does not count.
    """
    before, closed, _ = text.partition(thinking.close)
    return bool(closed) and thinking.open.strip() not in before and not is_json(text)


def _overlap(text: str, tag: str) -> int:
    """Return how many characters at the end of the text are the beginning of the tag."""
    for length in range(min(len(tag) - 1, len(text)), 0, -1):
        if text.endswith(tag[:length]):
            return length
    return 0
