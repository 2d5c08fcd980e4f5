"""Responses, at their module path in openai-python."""

from ._raw_response import (
    HttpxBinaryResponseContent,
    LegacyAPIResponse,
)

__all__ = ["HttpxBinaryResponseContent", "LegacyAPIResponse"]
