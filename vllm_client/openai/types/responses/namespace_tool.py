"""`NamespaceTool`, at its module path in openai-python."""

from .tools import NamespaceTool

__all__ = ["NamespaceTool"]
