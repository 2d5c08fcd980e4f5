"""Open responses, at their module path in openai-python."""

from ._async.response import AsyncAPIResponse
from ._sync.response import APIResponse

__all__ = ["APIResponse", "AsyncAPIResponse"]
