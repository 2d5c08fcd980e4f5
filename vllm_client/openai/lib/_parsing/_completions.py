"""The same for chat completions."""

from . import type_to_response_format_param

__all__ = ["type_to_response_format_param"]
