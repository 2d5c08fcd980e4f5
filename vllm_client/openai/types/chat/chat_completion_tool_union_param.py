"""`ChatCompletionToolUnionParam`, at its module path in openai-python."""

from .chat_completion_tool_param import ChatCompletionToolUnionParam

__all__ = ["ChatCompletionToolUnionParam"]
