"""Image parts, at their module path in openai-python."""

from .chat_completion_content_part_param import ChatCompletionContentPartImageParam, ImageURL

__all__ = ["ChatCompletionContentPartImageParam", "ImageURL"]
