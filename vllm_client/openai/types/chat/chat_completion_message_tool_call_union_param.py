"""`ChatCompletionMessageToolCallUnionParam`, at its module path in openai-python."""

from .chat_completion_message_tool_call_param import ChatCompletionMessageToolCallUnionParam

__all__ = ["ChatCompletionMessageToolCallUnionParam"]
