"""Response classes and keyword types, under their names in openai-python."""

from __future__ import annotations

from . import shared as shared, shared_params as shared_params
from .completion import Completion as Completion
from .completion_choice import CompletionChoice as CompletionChoice
from .completion_create_params import CompletionCreateParams as CompletionCreateParams
from .completion_usage import CompletionUsage as CompletionUsage
from .create_embedding_response import CreateEmbeddingResponse as CreateEmbeddingResponse
from .embedding import Embedding as Embedding
from .embedding_create_params import EmbeddingCreateParams as EmbeddingCreateParams
from .model import Model as Model
from .shared import (
    ChatModel as ChatModel,
    ErrorObject as ErrorObject,
    FunctionDefinition as FunctionDefinition,
    FunctionParameters as FunctionParameters,
    Metadata as Metadata,
    Reasoning as Reasoning,
    ReasoningEffort as ReasoningEffort,
    ResponseFormatJSONObject as ResponseFormatJSONObject,
    ResponseFormatJSONSchema as ResponseFormatJSONSchema,
    ResponseFormatText as ResponseFormatText,
    ResponsesModel as ResponsesModel,
)
from .unsupported import (
    Batch as Batch,
    FileObject as FileObject,
    Image as Image,
    ImagesResponse as ImagesResponse,
    ModerationCreateResponse as ModerationCreateResponse,
)
