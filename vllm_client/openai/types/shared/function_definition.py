"""`FunctionDefinition`, at its module path in openai-python."""

from . import FunctionDefinition

__all__ = ["FunctionDefinition"]
