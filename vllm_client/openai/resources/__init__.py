"""The classes of the resources, at their module paths in openai-python."""

from .._async.audio import AsyncAudio as AsyncAudio
from .._async.chat import AsyncBeta as AsyncBeta, AsyncChat as AsyncChat
from .._async.completions import AsyncTextCompletions as AsyncCompletions
from .._async.embeddings import AsyncEmbeddings as AsyncEmbeddings
from .._async.models import AsyncModels as AsyncModels
from .._async.responses import AsyncResponses as AsyncResponses
from .._sync.audio import Audio as Audio
from .._sync.chat import Beta as Beta, Chat as Chat
from .._sync.completions import TextCompletions as Completions
from .._sync.embeddings import Embeddings as Embeddings
from .._sync.models import Models as Models
from .._sync.responses import Responses as Responses

__all__ = [
    "AsyncAudio",
    "AsyncBeta",
    "AsyncChat",
    "AsyncCompletions",
    "AsyncEmbeddings",
    "AsyncModels",
    "AsyncResponses",
    "Audio",
    "Beta",
    "Chat",
    "Completions",
    "Embeddings",
    "Models",
    "Responses",
]
