"""Token counts, at their module path in openai-python."""

from .response import InputTokensDetails, OutputTokensDetails, ResponseUsage

__all__ = ["InputTokensDetails", "OutputTokensDetails", "ResponseUsage"]
