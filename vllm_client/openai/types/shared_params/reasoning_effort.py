"""`ReasoningEffort`, at its module path in openai-python."""

from . import ReasoningEffort

__all__ = ["ReasoningEffort"]
