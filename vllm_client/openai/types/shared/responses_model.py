"""`ResponsesModel`, at its module path in openai-python."""

from ..shared_params import ResponsesModel

__all__ = ["ResponsesModel"]
