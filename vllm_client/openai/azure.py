"""Clients of other services: scripts may import them, but making one raises an error."""

from __future__ import annotations

from typing import Any, NoReturn

from ._async.client import AsyncOpenAI
from ._exceptions import UnsupportedByVllmError
from ._sync.client import OpenAI


def _refuse(name: str) -> NoReturn:
    raise UnsupportedByVllmError(f"{name}: this package is for vLLM; use OpenAI(base_url=…)")


class AzureOpenAI(OpenAI):
    """Raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _refuse("AzureOpenAI")


class AsyncAzureOpenAI(AsyncOpenAI):
    """Raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _refuse("AsyncAzureOpenAI")


class BedrockOpenAI(OpenAI):
    """Raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _refuse("BedrockOpenAI")


class AsyncBedrockOpenAI(AsyncOpenAI):
    """Raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _refuse("AsyncBedrockOpenAI")
