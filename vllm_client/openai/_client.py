"""The clients, at their module path in openai-python."""

from ._async.client import AsyncOpenAI
from ._sync.client import OpenAI

__all__ = ["AsyncClient", "AsyncOpenAI", "Client", "OpenAI"]


Client = OpenAI
AsyncClient = AsyncOpenAI
