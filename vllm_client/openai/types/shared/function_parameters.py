"""`FunctionParameters`, at its module path in openai-python."""

from ..shared_params import FunctionParameters

__all__ = ["FunctionParameters"]
