"""`ChatCompletionReasoningEffort`, at its module path in openai-python."""

from ..shared_params import ReasoningEffort as ChatCompletionReasoningEffort

__all__ = ["ChatCompletionReasoningEffort"]
