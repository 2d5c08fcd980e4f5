"""`ChatCompletionRole`, by the module that openai-python has for it."""

from .chat_completion_message_param import ChatCompletionRole

__all__ = ["ChatCompletionRole"]
