"""`ResponseFunctionCallArgumentsDeltaEvent`, at its module path in openai-python."""

from .response_parts import ResponseFunctionCallArgumentsDeltaEvent

__all__ = ["ResponseFunctionCallArgumentsDeltaEvent"]
