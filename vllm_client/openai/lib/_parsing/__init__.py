"""Functions used by `parse`, at their module path in openai-python."""

from ..._parsing import format_param as type_to_response_format_param

__all__ = ["type_to_response_format_param"]
