"""`ResponseInputParam`, at its module path in openai-python."""

from .response_create_params import ResponseInputParam

__all__ = ["ResponseInputParam"]
