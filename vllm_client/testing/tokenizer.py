"""Tokenizer of the simulated model: a token is a word, a punctuation mark or a space."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .replies import Pieces

_TOKEN = re.compile(r"<\|\w+\|>|</?\w+>| ?[A-Za-z0-9_]+| ?[^\sA-Za-z0-9_]|\s+")

END_OF_TURN = "<|im_end|>"
END_OF_TEXT = "<|endoftext|>"


def cut(pieces: Pieces) -> Sequence[str]:
    """Split a text into tokens; a text that is already in pieces is unchanged."""
    return _TOKEN.findall(pieces) if isinstance(pieces, str) else pieces


def chat_prompt(messages: Sequence[Mapping[str, Any]]) -> str:
    """Return the prompt for a conversation, made by a chat template."""
    turns = (
        f"<|im_start|>{message.get('role')}\n{text_of(message.get('content'))}{END_OF_TURN}\n"
        for message in messages
    )
    return "".join(turns) + _ANSWER


_ANSWER = "<|im_start|>assistant\n"


_TURN = re.compile(r"<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>\n", re.DOTALL)


def chat_messages(prompt: str) -> list[dict[str, str]] | None:
    """Return the conversation of a prompt from `chat_prompt`; None for any other prompt."""
    if not prompt.endswith(_ANSWER):
        return None
    return [{"role": role, "content": text} for role, text in _TURN.findall(prompt)]


def text_of(content: Any) -> str:
    """Return the text of a message's content, which may be a list of parts or None."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (part.get("text") for part in parts if isinstance(part, Mapping))
    return " ".join(text for text in texts if isinstance(text, str))


class Tokenizer:
    """A vocabulary that grows: each new token gets the next id."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._tokens: list[str] = []

    def encode(self, tokens: Iterable[str]) -> list[int]:
        return [self._id(token) for token in tokens]

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """Return the tokens with these ids; an empty string for an unknown id."""
        known = len(self._tokens)
        return [self._tokens[i] if 0 <= i < known else "" for i in ids]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of these token ids."""
        return "".join(self.tokens(ids))

    def _id(self, token: str) -> int:
        if token not in self._ids:
            self._ids[token] = len(self._tokens)
            self._tokens.append(token)
        return self._ids[token]
