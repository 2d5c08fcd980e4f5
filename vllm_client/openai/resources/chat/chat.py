"""The classes of `client.chat`, at their module path in openai-python."""

from . import AsyncChat, Chat

__all__ = ["AsyncChat", "Chat"]
