"""`EasyInputMessage`, at its module path in openai-python."""

from .input_content import EasyInputMessage

__all__ = ["EasyInputMessage"]
