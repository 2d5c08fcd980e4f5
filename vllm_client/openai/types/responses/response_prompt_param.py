"""`ResponsePromptParam`, at its module path in openai-python."""

from .tool_params import ResponsePromptParam

__all__ = ["ResponsePromptParam"]
