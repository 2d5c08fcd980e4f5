"""`ResponsePrompt`, at its module path in openai-python."""

from .tools import ResponsePrompt

__all__ = ["ResponsePrompt"]
