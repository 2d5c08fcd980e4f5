"""The classes of `client.responses`, at their module path in openai-python."""

from . import AsyncResponses, Responses

__all__ = ["AsyncResponses", "Responses"]
