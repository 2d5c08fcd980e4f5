"""`ResponseCustomToolCallInputDeltaEvent`, at its module path in openai-python."""

from .response_parts import ResponseCustomToolCallInputDeltaEvent

__all__ = ["ResponseCustomToolCallInputDeltaEvent"]
