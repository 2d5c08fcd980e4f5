"""Clients for Azure, at their module path in openai-python."""

from ..azure import AsyncAzureOpenAI, AzureOpenAI

__all__ = ["AsyncAzureOpenAI", "AzureOpenAI"]
