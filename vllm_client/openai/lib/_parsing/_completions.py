"""Functions used by `chat.completions.parse`, at their module path in openai-python."""

from . import type_to_response_format_param

__all__ = ["type_to_response_format_param"]
