"""The names of openai-python 0, whose errors name their replacement."""

from __future__ import annotations

from typing import Any

from ._exceptions import OpenAIError


class APIRemovedInV1(OpenAIError):
    """A call by a name of openai-python 0."""


class OldResource:
    """`openai.ChatCompletion` and the like."""

    def __init__(self, name: str, present: str) -> None:
        self._name = name
        self._present = present

    def __getattr__(self, name: str) -> Any:
        raise APIRemovedInV1(
            f"openai.{self._name} is gone since openai-python 1: use client.{self._present}"
        )
