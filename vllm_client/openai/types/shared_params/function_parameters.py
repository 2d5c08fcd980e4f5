"""`FunctionParameters`, at its module path in openai-python."""

from .function_definition import FunctionParameters

__all__ = ["FunctionParameters"]
