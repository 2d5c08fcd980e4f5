"""Lists of the API."""

from ._async.pages import AsyncPage
from ._sync.pages import SyncPage

AsyncCursorPage = AsyncPage
SyncCursorPage = SyncPage

__all__ = ["AsyncCursorPage", "AsyncPage", "SyncCursorPage", "SyncPage"]
