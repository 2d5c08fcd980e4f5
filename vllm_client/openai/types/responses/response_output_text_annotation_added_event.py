"""`ResponseOutputTextAnnotationAddedEvent`, at its module path in openai-python."""

from .response_parts import ResponseOutputTextAnnotationAddedEvent

__all__ = ["ResponseOutputTextAnnotationAddedEvent"]
