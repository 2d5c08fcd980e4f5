"""`ResponseCustomToolCallInputDoneEvent`, at its module path in openai-python."""

from .response_parts import ResponseCustomToolCallInputDoneEvent

__all__ = ["ResponseCustomToolCallInputDoneEvent"]
