"""`ResponseInProgressEvent`, at its module path in openai-python."""

from .response_states import ResponseInProgressEvent

__all__ = ["ResponseInProgressEvent"]
