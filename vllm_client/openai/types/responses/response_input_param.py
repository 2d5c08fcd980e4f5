"""`ResponseInputParam`, by the module that openai-python has for it."""

from .response_create_params import ResponseInputParam

__all__ = ["ResponseInputParam"]
