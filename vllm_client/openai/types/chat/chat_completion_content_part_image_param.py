"""Images, by the module that openai-python has for them."""

from .chat_completion_content_part_param import ChatCompletionContentPartImageParam, ImageURL

__all__ = ["ChatCompletionContentPartImageParam", "ImageURL"]
