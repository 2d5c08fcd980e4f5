"""Clients for other services. They can be imported, but creating one raises an error."""

from __future__ import annotations

from typing import Any, NoReturn

from ._async.client import AsyncOpenAI
from ._exceptions import UnsupportedByVllmError
from ._sync.client import OpenAI


def _refuse(name: str) -> NoReturn:
    raise UnsupportedByVllmError(f"{name}: this package supports only vLLM; use OpenAI(base_url=…)")


class AzureOpenAI(OpenAI):
    """A client that is not supported; creating one raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _refuse("AzureOpenAI")


class AsyncAzureOpenAI(AsyncOpenAI):
    """A client that is not supported; creating one raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _refuse("AsyncAzureOpenAI")


class BedrockOpenAI(OpenAI):
    """A client that is not supported; creating one raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _refuse("BedrockOpenAI")


class AsyncBedrockOpenAI(AsyncOpenAI):
    """A client that is not supported; creating one raises UnsupportedByVllmError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _refuse("AsyncBedrockOpenAI")
