"""`ResponseInputMessageContentListParam`, at its module path in openai-python."""

from .input_params import ResponseInputMessageContentListParam

__all__ = ["ResponseInputMessageContentListParam"]
