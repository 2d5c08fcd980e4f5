"""Clients of Azure, by the module that openai-python has for them."""

from ..azure import AsyncAzureOpenAI, AzureOpenAI

__all__ = ["AsyncAzureOpenAI", "AzureOpenAI"]
