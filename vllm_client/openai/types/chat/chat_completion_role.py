"""`ChatCompletionRole`, at its module path in openai-python."""

from .chat_completion_message_param import ChatCompletionRole

__all__ = ["ChatCompletionRole"]
