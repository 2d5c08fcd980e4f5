"""Output messages and their parts, at their module path in openai-python."""

from .response_items import ResponseOutputMessage, ResponseOutputRefusal, ResponseOutputText

__all__ = ["ResponseOutputMessage", "ResponseOutputRefusal", "ResponseOutputText"]
