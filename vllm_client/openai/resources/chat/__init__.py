"""The classes of `client.chat`."""

from ..._async.chat import AsyncChat as AsyncChat, AsyncCompletions as AsyncCompletions
from ..._sync.chat import Chat as Chat, Completions as Completions
