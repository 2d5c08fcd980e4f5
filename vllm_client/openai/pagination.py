"""Pages of lists, at their module path in openai-python."""

from ._async.pages import AsyncPage
from ._sync.pages import SyncPage

AsyncCursorPage = AsyncPage
SyncCursorPage = SyncPage

__all__ = ["AsyncCursorPage", "AsyncPage", "SyncCursorPage", "SyncPage"]
