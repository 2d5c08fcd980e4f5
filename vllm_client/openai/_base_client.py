"""The base classes of the clients, at their module path in openai-python."""

from ._async.verbs import AsyncVerbs as AsyncAPIClient
from ._constants import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
)
from ._http import (
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from ._sync.verbs import Verbs as SyncAPIClient

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "AsyncAPIClient",
    "AsyncHttpxClientWrapper",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "SyncAPIClient",
    "SyncHttpxClientWrapper",
]


SyncHttpxClientWrapper = DefaultHttpxClient
AsyncHttpxClientWrapper = DefaultAsyncHttpxClient
