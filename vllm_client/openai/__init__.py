"""The API of openai-python 3 for a vLLM server.

    from vllm_client.openai import OpenAI

To run an existing script, change its imports: `openai` to `vllm_client.openai`, and `openai.types`
to `vllm_client.openai.types`. Requests are sent by vllm_client's own client. The README of this
folder lists the parts that are not supported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import __version__ as __version__
from . import types as types
from ._async.client import AsyncOpenAI as AsyncOpenAI
from ._async.response import AsyncAPIResponse as AsyncAPIResponse
from ._async.stream import AsyncStream as AsyncStream
from ._constants import (
    DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS,
    DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT as DEFAULT_TIMEOUT,
)
from ._exceptions import (
    APIConnectionError as APIConnectionError,
    APIError as APIError,
    APIResponseValidationError as APIResponseValidationError,
    APIStatusError as APIStatusError,
    APITimeoutError as APITimeoutError,
    AuthenticationError as AuthenticationError,
    BadRequestError as BadRequestError,
    ConflictError as ConflictError,
    ContentFilterFinishReasonError as ContentFilterFinishReasonError,
    InternalServerError as InternalServerError,
    InvalidWebhookSignatureError as InvalidWebhookSignatureError,
    LengthFinishReasonError as LengthFinishReasonError,
    NotFoundError as NotFoundError,
    OAuthError as OAuthError,
    OpenAIError as OpenAIError,
    PermissionDeniedError as PermissionDeniedError,
    RateLimitError as RateLimitError,
    UnprocessableEntityError as UnprocessableEntityError,
    UnsupportedByVllmError as UnsupportedByVllmError,
)
from ._files import file_from_path as file_from_path
from ._http import (
    DefaultAioHttpClient as DefaultAioHttpClient,
    DefaultAsyncHttpx2Client as DefaultAsyncHttpx2Client,
    DefaultAsyncHttpxClient as DefaultAsyncHttpxClient,
    DefaultHttpx2Client as DefaultHttpx2Client,
    DefaultHttpxClient as DefaultHttpxClient,
)
from ._models import BaseModel as BaseModel
from ._parsing import (
    pydantic_function_tool as pydantic_function_tool,
    pydantic_responses_function_tool as pydantic_responses_function_tool,
)
from ._raw_response import HttpxBinaryResponseContent as HttpxBinaryResponseContent
from ._sync.client import OpenAI as OpenAI
from ._sync.response import APIResponse as APIResponse
from ._sync.stream import Stream as Stream
from ._types import (
    NOT_GIVEN as NOT_GIVEN,
    NoneType as NoneType,
    NotGiven as NotGiven,
    Omit as Omit,
    ProxiesTypes as ProxiesTypes,
    RequestOptions as RequestOptions,
    Timeout as Timeout,
    Transport as Transport,
    not_given as not_given,
    omit as omit,
)
from .azure import (
    AsyncAzureOpenAI as AsyncAzureOpenAI,
    AsyncBedrockOpenAI as AsyncBedrockOpenAI,
    AzureOpenAI as AzureOpenAI,
    BedrockOpenAI as BedrockOpenAI,
)
from .version import VERSION as VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    import httpx2

    from ._sync.audio import Audio
    from ._sync.chat import Beta, Chat
    from ._sync.completions import TextCompletions
    from ._sync.embeddings import Embeddings
    from ._sync.models import Models
    from ._sync.responses import Responses

    audio: Audio
    beta: Beta
    chat: Chat
    completions: TextCompletions
    embeddings: Embeddings
    models: Models
    responses: Responses

__title__ = "openai"

Client = OpenAI
AsyncClient = AsyncOpenAI

# The settings of the module-level client, as used by `openai.chat.completions.create(…)`.
api_key: str | None = None
organization: str | None = None
project: str | None = None
base_url: str | httpx.URL | None = None
timeout: float | Timeout | None = DEFAULT_TIMEOUT
max_retries: int = DEFAULT_MAX_RETRIES
default_headers: Mapping[str, str] | None = None
default_query: Mapping[str, object] | None = None
http_client: httpx.Client | httpx2.Client | None = None

# The resources of openai-python 0, each with its replacement in a client.
_OLD = {
    "ChatCompletion": "chat.completions",
    "Completion": "completions",
    "Embedding": "embeddings",
    "Audio": "audio",
    "Model": "models",
}


def __getattr__(name: str) -> Any:
    if name in _OLD:
        from ._old_api import OldResource

        return OldResource(name, _OLD[name])
    from ._module_client import RESOURCES, resource

    if name in RESOURCES:
        return resource(__name__, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
