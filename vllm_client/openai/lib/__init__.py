"""Helper functions, at their module path in openai-python."""

from .._parsing import (
    format_param as type_to_response_format_param,  # noqa: F401
    pydantic_function_tool as pydantic_function_tool,
    pydantic_responses_function_tool as pydantic_responses_function_tool,
)
