"""Texts and tokens of the simulated model: a token is a word, a punctuation mark or a space."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .replies import Pieces

_TOKEN = re.compile(r"<\|\w+\|>|</?\w+>| ?[A-Za-z0-9_]+| ?[^\sA-Za-z0-9_]|\s+")

END_OF_TURN = "<|im_end|>"
END_OF_TEXT = "<|endoftext|>"


def cut(pieces: Pieces) -> Sequence[str]:
    """The tokens of a text; a text that is already in pieces stays so."""
    return _TOKEN.findall(pieces) if isinstance(pieces, str) else pieces


def chat_prompt(messages: Sequence[Mapping[str, Any]]) -> str:
    """What the model reads: the conversation, put through a chat template."""
    turns = (
        f"<|im_start|>{message.get('role')}\n{text_of(message.get('content'))}{END_OF_TURN}\n"
        for message in messages
    )
    return "".join(turns) + _ANSWER


_ANSWER = "<|im_start|>assistant\n"


_TURN = re.compile(r"<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>\n", re.DOTALL)


def chat_messages(prompt: str) -> list[dict[str, str]] | None:
    """The conversation that `chat_prompt` made this of; None if it did not."""
    if not prompt.endswith(_ANSWER):
        return None
    return [{"role": role, "content": text} for role, text in _TURN.findall(prompt)]


def text_of(content: Any) -> str:
    """The text of a message's content, which may be a list of parts, or nothing."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (part.get("text") for part in parts if isinstance(part, Mapping))
    return " ".join(text for text in texts if isinstance(text, str))


class Tokenizer:
    """Numbers for tokens, given out in the order in which the tokens are first seen."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._tokens: list[str] = []

    def encode(self, tokens: Iterable[str]) -> list[int]:
        return [self._id(token) for token in tokens]

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The tokens of these numbers; one that was never given out is an empty text."""
        known = len(self._tokens)
        return [self._tokens[i] if 0 <= i < known else "" for i in ids]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of these numbers."""
        return "".join(self.tokens(ids))

    def _id(self, token: str) -> int:
        if token not in self._ids:
            self._ids[token] = len(self._tokens)
            self._tokens.append(token)
        return self._ids[token]
