"""The classes of `client.chat.completions`."""

from ..._async.chat import AsyncCompletions
from ..._sync.chat import Completions

__all__ = ["AsyncCompletions", "Completions"]
