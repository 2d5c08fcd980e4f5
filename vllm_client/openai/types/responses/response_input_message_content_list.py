"""`ResponseInputMessageContentList`, at its module path in openai-python."""

from .input_content import ResponseInputMessageContentList

__all__ = ["ResponseInputMessageContentList"]
