"""The names of openai-python 0, which raise an error that names their replacement."""

from __future__ import annotations

from typing import Any

from ._exceptions import OpenAIError


class APIRemovedInV1(OpenAIError):
    """The script uses a name of openai-python 0."""


class OldResource:
    """A resource of openai-python 0, such as `openai.ChatCompletion`."""

    def __init__(self, name: str, present: str) -> None:
        self._name = name
        self._present = present

    def __getattr__(self, name: str) -> Any:
        raise APIRemovedInV1(
            f"openai.{self._name} was removed in openai-python 1; use client.{self._present}"
        )
