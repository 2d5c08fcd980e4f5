"""openai's helpers."""

from .._parsing import (
    pydantic_function_tool as pydantic_function_tool,
    pydantic_responses_function_tool as pydantic_responses_function_tool,
)
