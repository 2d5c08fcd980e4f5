"""`NamespaceToolParam`, at its module path in openai-python."""

from .tool_params import NamespaceToolParam

__all__ = ["NamespaceToolParam"]
