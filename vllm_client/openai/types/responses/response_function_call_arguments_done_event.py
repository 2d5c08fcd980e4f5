"""`ResponseFunctionCallArgumentsDoneEvent`, at its module path in openai-python."""

from .response_parts import ResponseFunctionCallArgumentsDoneEvent

__all__ = ["ResponseFunctionCallArgumentsDoneEvent"]
