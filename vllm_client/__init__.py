"""The Python client for vLLM's server.

    from vllm_client import SyncVllmClient, AsyncVllmClient, StreamEvent

Importing the package loads nothing; each name loads what it needs when it is first used.
"""

from ._version import __version__

# the name that type checkers know; importing typing for it would take most of the import's time
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ._async.client import AsyncVllmClient as AsyncVllmClient
    from ._async.httpx_mount import AsyncVllmTransport as AsyncVllmTransport
    from ._async.stream import AsyncEventStream as AsyncEventStream
    from ._async.stream import AsyncStream as AsyncStream
    from ._sync.client import SyncVllmClient as SyncVllmClient
    from ._sync.httpx_mount import SyncVllmTransport as SyncVllmTransport
    from ._sync.stream import SyncEventStream as SyncEventStream
    from ._sync.stream import SyncStream as SyncStream
    from .endpoints.chat import (
        ChatCompletionChunk as ChatCompletionChunk,
    )
    from .endpoints.chat import (
        ChatCompletionResponse as ChatCompletionResponse,
    )
    from .endpoints.chat import (
        Choice as Choice,
    )
    from .endpoints.chat import (
        ChunkChoice as ChunkChoice,
    )
    from .endpoints.chat import (
        Delta as Delta,
    )
    from .endpoints.chat import (
        Message as Message,
    )
    from .endpoints.completions import (
        CompletionChoice as CompletionChoice,
    )
    from .endpoints.completions import (
        CompletionChunk as CompletionChunk,
    )
    from .endpoints.completions import (
        CompletionResponse as CompletionResponse,
    )
    from .endpoints.control import (
        AbortAnswer as AbortAnswer,
    )
    from .endpoints.control import (
        SleepAnswer as SleepAnswer,
    )
    from .endpoints.control import (
        StatusAnswer as StatusAnswer,
    )
    from .endpoints.control import (
        WakeUpAnswer as WakeUpAnswer,
    )
    from .endpoints.message_events import ContentBlockDeltaEvent as ContentBlockDeltaEvent
    from .endpoints.message_events import ContentBlockStartEvent as ContentBlockStartEvent
    from .endpoints.message_events import ContentBlockStopEvent as ContentBlockStopEvent
    from .endpoints.message_events import ContentDelta as ContentDelta
    from .endpoints.message_events import InputJsonDelta as InputJsonDelta
    from .endpoints.message_events import MessageDelta as MessageDelta
    from .endpoints.message_events import MessageDeltaEvent as MessageDeltaEvent
    from .endpoints.message_events import MessagesErrorDetail as MessagesErrorDetail
    from .endpoints.message_events import MessagesErrorEvent as MessagesErrorEvent
    from .endpoints.message_events import MessagesEvent as MessagesEvent
    from .endpoints.message_events import MessageStartEvent as MessageStartEvent
    from .endpoints.message_events import MessageStopEvent as MessageStopEvent
    from .endpoints.message_events import PingEvent as PingEvent
    from .endpoints.message_events import SignatureDelta as SignatureDelta
    from .endpoints.message_events import TextDelta as TextDelta
    from .endpoints.message_events import ThinkingDelta as ThinkingDelta
    from .endpoints.messages import ContentBlock as ContentBlock
    from .endpoints.messages import ContextManagement as ContextManagement
    from .endpoints.messages import CountTokensResponse as CountTokensResponse
    from .endpoints.messages import MessagesResponse as MessagesResponse
    from .endpoints.messages import MessagesUsage as MessagesUsage
    from .endpoints.messages import RedactedThinkingBlock as RedactedThinkingBlock
    from .endpoints.messages import TextBlock as TextBlock
    from .endpoints.messages import ThinkingBlock as ThinkingBlock
    from .endpoints.messages import ToolUseBlock as ToolUseBlock
    from .endpoints.messages_options import MessagesOptions as MessagesOptions
    from .endpoints.models import Model as Model
    from .endpoints.models import ModelList as ModelList
    from .endpoints.models import ModelPermission as ModelPermission
    from .endpoints.options import ChatOptions as ChatOptions
    from .endpoints.options import CompletionOptions as CompletionOptions
    from .endpoints.options import ToolParam as ToolParam
    from .endpoints.rendered import RenderedRequest as RenderedRequest
    from .endpoints.response_events import (
        ResponseCodeInterpreterCallCodeDeltaEvent as ResponseCodeInterpreterCallCodeDeltaEvent,
    )
    from .endpoints.response_events import (
        ResponseCodeInterpreterCallCodeDoneEvent as ResponseCodeInterpreterCallCodeDoneEvent,
    )
    from .endpoints.response_events import (
        ResponseCodeInterpreterCallCompletedEvent as ResponseCodeInterpreterCallCompletedEvent,
    )
    from .endpoints.response_events import (
        ResponseCodeInterpreterCallInProgressEvent as ResponseCodeInterpreterCallInProgressEvent,
    )
    from .endpoints.response_events import (
        ResponseCodeInterpreterCallInterpretingEvent as ResponseCodeInterpreterCallInterpretingEvent,  # noqa: E501
    )
    from .endpoints.response_events import ResponseCompletedEvent as ResponseCompletedEvent
    from .endpoints.response_events import (
        ResponseContentPartAddedEvent as ResponseContentPartAddedEvent,
    )
    from .endpoints.response_events import (
        ResponseContentPartDoneEvent as ResponseContentPartDoneEvent,
    )
    from .endpoints.response_events import ResponseCreatedEvent as ResponseCreatedEvent
    from .endpoints.response_events import (
        ResponseCustomToolCallInputDeltaEvent as ResponseCustomToolCallInputDeltaEvent,
    )
    from .endpoints.response_events import (
        ResponseCustomToolCallInputDoneEvent as ResponseCustomToolCallInputDoneEvent,
    )
    from .endpoints.response_events import ResponseDeltaEvent as ResponseDeltaEvent
    from .endpoints.response_events import ResponseErrorEvent as ResponseErrorEvent
    from .endpoints.response_events import ResponseFailedEvent as ResponseFailedEvent
    from .endpoints.response_events import (
        ResponseFunctionCallArgumentsDeltaEvent as ResponseFunctionCallArgumentsDeltaEvent,
    )
    from .endpoints.response_events import (
        ResponseFunctionCallArgumentsDoneEvent as ResponseFunctionCallArgumentsDoneEvent,
    )
    from .endpoints.response_events import ResponseIncompleteEvent as ResponseIncompleteEvent
    from .endpoints.response_events import ResponseInProgressEvent as ResponseInProgressEvent
    from .endpoints.response_events import (
        ResponseMcpCallArgumentsDeltaEvent as ResponseMcpCallArgumentsDeltaEvent,
    )
    from .endpoints.response_events import (
        ResponseMcpCallArgumentsDoneEvent as ResponseMcpCallArgumentsDoneEvent,
    )
    from .endpoints.response_events import (
        ResponseMcpCallCompletedEvent as ResponseMcpCallCompletedEvent,
    )
    from .endpoints.response_events import (
        ResponseMcpCallInProgressEvent as ResponseMcpCallInProgressEvent,
    )
    from .endpoints.response_events import (
        ResponseOutputItemAddedEvent as ResponseOutputItemAddedEvent,
    )
    from .endpoints.response_events import (
        ResponseOutputItemDoneEvent as ResponseOutputItemDoneEvent,
    )
    from .endpoints.response_events import ResponseQueuedEvent as ResponseQueuedEvent
    from .endpoints.response_events import (
        ResponseReasoningTextDeltaEvent as ResponseReasoningTextDeltaEvent,
    )
    from .endpoints.response_events import (
        ResponseReasoningTextDoneEvent as ResponseReasoningTextDoneEvent,
    )
    from .endpoints.response_events import ResponseStreamEvent as ResponseStreamEvent
    from .endpoints.response_events import ResponseTextDeltaEvent as ResponseTextDeltaEvent
    from .endpoints.response_events import ResponseTextDoneEvent as ResponseTextDoneEvent
    from .endpoints.response_events import (
        ResponseWebSearchCallCompletedEvent as ResponseWebSearchCallCompletedEvent,
    )
    from .endpoints.response_events import (
        ResponseWebSearchCallInProgressEvent as ResponseWebSearchCallInProgressEvent,
    )
    from .endpoints.response_events import (
        ResponseWebSearchCallSearchingEvent as ResponseWebSearchCallSearchingEvent,
    )
    from .endpoints.responses import Response as Response
    from .endpoints.responses import (
        ResponseCodeInterpreterToolCall as ResponseCodeInterpreterToolCall,
    )
    from .endpoints.responses import ResponseContentPart as ResponseContentPart
    from .endpoints.responses import ResponseCustomToolCall as ResponseCustomToolCall
    from .endpoints.responses import ResponseFunctionToolCall as ResponseFunctionToolCall
    from .endpoints.responses import ResponseFunctionWebSearch as ResponseFunctionWebSearch
    from .endpoints.responses import ResponseIncompleteDetails as ResponseIncompleteDetails
    from .endpoints.responses import ResponseInputTokensDetails as ResponseInputTokensDetails
    from .endpoints.responses import ResponseLogprob as ResponseLogprob
    from .endpoints.responses import ResponseMcpCall as ResponseMcpCall
    from .endpoints.responses import ResponseOutputItem as ResponseOutputItem
    from .endpoints.responses import ResponseOutputMessage as ResponseOutputMessage
    from .endpoints.responses import ResponseOutputRefusal as ResponseOutputRefusal
    from .endpoints.responses import ResponseOutputText as ResponseOutputText
    from .endpoints.responses import ResponseOutputTokensDetails as ResponseOutputTokensDetails
    from .endpoints.responses import ResponseReasoningItem as ResponseReasoningItem
    from .endpoints.responses import ResponseReasoningSummary as ResponseReasoningSummary
    from .endpoints.responses import ResponseReasoningText as ResponseReasoningText
    from .endpoints.responses import ResponseTopLogprob as ResponseTopLogprob
    from .endpoints.responses import ResponseUsage as ResponseUsage
    from .endpoints.responses_options import ResponsesOptions as ResponsesOptions
    from .endpoints.scaling import (
        EngineStatus as EngineStatus,
    )
    from .endpoints.scaling import (
        FaultToleranceAnswer as FaultToleranceAnswer,
    )
    from .endpoints.scaling import (
        FaultToleranceStatus as FaultToleranceStatus,
    )
    from .endpoints.scaling import (
        KvEventSource as KvEventSource,
    )
    from .endpoints.scaling import (
        ScaleAnswer as ScaleAnswer,
    )
    from .endpoints.server import Readiness as Readiness
    from .endpoints.weights import (
        WeightCheck as WeightCheck,
    )
    from .endpoints.weights import (
        WeightInfo as WeightInfo,
    )
    from .endpoints.weights import (
        WeightUpdateAnswer as WeightUpdateAnswer,
    )
    from .endpoints.weights import (
        WeightVersionAnswer as WeightVersionAnswer,
    )
    from .errors import (
        ApiError as ApiError,
    )
    from .errors import (
        HttpError as HttpError,
    )
    from .errors import (
        IoError as IoError,
    )
    from .errors import (
        IoTimeout as IoTimeout,
    )
    from .errors import (
        ParseError as ParseError,
    )
    from .errors import (
        RequestError as RequestError,
    )
    from .errors import (
        StreamError as StreamError,
    )
    from .errors import (
        StreamTimeout as StreamTimeout,
    )
    from .errors import (
        VllmError as VllmError,
    )
    from .events import AnyCompletionEvent as AnyCompletionEvent
    from .events import AnyStreamEvent as AnyStreamEvent
    from .events import StreamEvent as StreamEvent
    from .generation import FunctionCall as FunctionCall
    from .generation import ToolCall as ToolCall
    from .generation import Usage as Usage
    from .media import audio as audio
    from .media import image as image
    from .media import video as video
    from .messages import MessageParam as MessageParam
    from .messages import assistant as assistant
    from .messages import system as system
    from .messages import text as text
    from .messages import tool as tool
    from .messages import user as user
    from .retry import RetryPolicy as RetryPolicy
    from .thinking import Thinking as Thinking
    from .timeout import Timeout as Timeout

    VllmClient = SyncVllmClient

_HOMES = {
    "endpoints.response_events": (
        "ResponseCodeInterpreterCallCodeDeltaEvent",
        "ResponseCodeInterpreterCallCodeDoneEvent",
        "ResponseCodeInterpreterCallCompletedEvent",
        "ResponseCodeInterpreterCallInProgressEvent",
        "ResponseCodeInterpreterCallInterpretingEvent",
        "ResponseCompletedEvent",
        "ResponseContentPartAddedEvent",
        "ResponseContentPartDoneEvent",
        "ResponseCreatedEvent",
        "ResponseCustomToolCallInputDeltaEvent",
        "ResponseCustomToolCallInputDoneEvent",
        "ResponseDeltaEvent",
        "ResponseErrorEvent",
        "ResponseFailedEvent",
        "ResponseFunctionCallArgumentsDeltaEvent",
        "ResponseFunctionCallArgumentsDoneEvent",
        "ResponseInProgressEvent",
        "ResponseIncompleteEvent",
        "ResponseMcpCallArgumentsDeltaEvent",
        "ResponseMcpCallArgumentsDoneEvent",
        "ResponseMcpCallCompletedEvent",
        "ResponseMcpCallInProgressEvent",
        "ResponseOutputItemAddedEvent",
        "ResponseOutputItemDoneEvent",
        "ResponseQueuedEvent",
        "ResponseReasoningTextDeltaEvent",
        "ResponseReasoningTextDoneEvent",
        "ResponseStreamEvent",
        "ResponseTextDeltaEvent",
        "ResponseTextDoneEvent",
        "ResponseWebSearchCallCompletedEvent",
        "ResponseWebSearchCallInProgressEvent",
        "ResponseWebSearchCallSearchingEvent",
    ),
    "endpoints.responses": (
        "Response",
        "ResponseCodeInterpreterToolCall",
        "ResponseContentPart",
        "ResponseCustomToolCall",
        "ResponseFunctionToolCall",
        "ResponseFunctionWebSearch",
        "ResponseIncompleteDetails",
        "ResponseInputTokensDetails",
        "ResponseLogprob",
        "ResponseMcpCall",
        "ResponseOutputItem",
        "ResponseOutputMessage",
        "ResponseOutputRefusal",
        "ResponseOutputText",
        "ResponseOutputTokensDetails",
        "ResponseReasoningItem",
        "ResponseReasoningSummary",
        "ResponseReasoningText",
        "ResponseTopLogprob",
        "ResponseUsage",
    ),
    "endpoints.message_events": (
        "ContentBlockDeltaEvent",
        "ContentBlockStartEvent",
        "ContentBlockStopEvent",
        "ContentDelta",
        "InputJsonDelta",
        "MessageDelta",
        "MessageDeltaEvent",
        "MessageStartEvent",
        "MessageStopEvent",
        "MessagesErrorDetail",
        "MessagesErrorEvent",
        "MessagesEvent",
        "PingEvent",
        "SignatureDelta",
        "TextDelta",
        "ThinkingDelta",
    ),
    "endpoints.messages": (
        "ContentBlock",
        "ContextManagement",
        "CountTokensResponse",
        "MessagesResponse",
        "MessagesUsage",
        "RedactedThinkingBlock",
        "TextBlock",
        "ThinkingBlock",
        "ToolUseBlock",
    ),
    "endpoints.rendered": ("RenderedRequest",),
    "endpoints.responses_options": ("ResponsesOptions",),
    "endpoints.messages_options": ("MessagesOptions",),
    "_async.client": ("AsyncVllmClient",),
    "_async.stream": ("AsyncEventStream", "AsyncStream"),
    "_async.httpx_mount": ("AsyncVllmTransport",),
    "_sync.client": ("SyncVllmClient",),
    "_sync.stream": ("SyncEventStream", "SyncStream"),
    "_sync.httpx_mount": ("SyncVllmTransport",),
    "endpoints.chat": (
        "ChatCompletionChunk",
        "ChatCompletionResponse",
        "Choice",
        "ChunkChoice",
        "Delta",
        "Message",
    ),
    "endpoints.completions": ("CompletionChoice", "CompletionChunk", "CompletionResponse"),
    "endpoints.control": ("AbortAnswer", "SleepAnswer", "StatusAnswer", "WakeUpAnswer"),
    "endpoints.models": ("Model", "ModelList", "ModelPermission"),
    "endpoints.options": ("ChatOptions", "CompletionOptions", "ToolParam"),
    "endpoints.scaling": (
        "EngineStatus",
        "FaultToleranceAnswer",
        "FaultToleranceStatus",
        "KvEventSource",
        "ScaleAnswer",
    ),
    "endpoints.server": ("Readiness",),
    "endpoints.weights": (
        "WeightCheck",
        "WeightInfo",
        "WeightUpdateAnswer",
        "WeightVersionAnswer",
    ),
    "errors": (
        "ApiError",
        "HttpError",
        "IoError",
        "IoTimeout",
        "ParseError",
        "RequestError",
        "StreamError",
        "StreamTimeout",
        "VllmError",
    ),
    "events": ("AnyCompletionEvent", "AnyStreamEvent", "StreamEvent"),
    "generation": ("FunctionCall", "ToolCall", "Usage"),
    "media": ("audio", "image", "video"),
    "messages": ("MessageParam", "assistant", "system", "text", "tool", "user"),
    "retry": ("RetryPolicy",),
    "thinking": ("Thinking",),
    "timeout": ("Timeout",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AbortAnswer",
    "AnyCompletionEvent",
    "AnyStreamEvent",
    "ApiError",
    "AsyncEventStream",
    "AsyncStream",
    "AsyncVllmClient",
    "AsyncVllmTransport",
    "ChatCompletionChunk",
    "ChatCompletionResponse",
    "ChatOptions",
    "Choice",
    "ChunkChoice",
    "CompletionChoice",
    "CompletionChunk",
    "CompletionOptions",
    "CompletionResponse",
    "ContentBlock",
    "ContentBlockDeltaEvent",
    "ContentBlockStartEvent",
    "ContentBlockStopEvent",
    "ContentDelta",
    "ContextManagement",
    "CountTokensResponse",
    "Delta",
    "EngineStatus",
    "FaultToleranceAnswer",
    "FaultToleranceStatus",
    "FunctionCall",
    "HttpError",
    "InputJsonDelta",
    "IoError",
    "IoTimeout",
    "KvEventSource",
    "Message",
    "MessageDelta",
    "MessageDeltaEvent",
    "MessageParam",
    "MessageStartEvent",
    "MessageStopEvent",
    "MessagesErrorDetail",
    "MessagesErrorEvent",
    "MessagesEvent",
    "MessagesOptions",
    "MessagesResponse",
    "MessagesUsage",
    "Model",
    "ModelList",
    "ModelPermission",
    "ParseError",
    "PingEvent",
    "Readiness",
    "RedactedThinkingBlock",
    "RenderedRequest",
    "RequestError",
    "Response",
    "ResponseCodeInterpreterCallCodeDeltaEvent",
    "ResponseCodeInterpreterCallCodeDoneEvent",
    "ResponseCodeInterpreterCallCompletedEvent",
    "ResponseCodeInterpreterCallInProgressEvent",
    "ResponseCodeInterpreterCallInterpretingEvent",
    "ResponseCodeInterpreterToolCall",
    "ResponseCompletedEvent",
    "ResponseContentPart",
    "ResponseContentPartAddedEvent",
    "ResponseContentPartDoneEvent",
    "ResponseCreatedEvent",
    "ResponseCustomToolCall",
    "ResponseCustomToolCallInputDeltaEvent",
    "ResponseCustomToolCallInputDoneEvent",
    "ResponseDeltaEvent",
    "ResponseErrorEvent",
    "ResponseFailedEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseFunctionCallArgumentsDoneEvent",
    "ResponseFunctionToolCall",
    "ResponseFunctionWebSearch",
    "ResponseInProgressEvent",
    "ResponseIncompleteDetails",
    "ResponseIncompleteEvent",
    "ResponseInputTokensDetails",
    "ResponseLogprob",
    "ResponseMcpCall",
    "ResponseMcpCallArgumentsDeltaEvent",
    "ResponseMcpCallArgumentsDoneEvent",
    "ResponseMcpCallCompletedEvent",
    "ResponseMcpCallInProgressEvent",
    "ResponseOutputItem",
    "ResponseOutputItemAddedEvent",
    "ResponseOutputItemDoneEvent",
    "ResponseOutputMessage",
    "ResponseOutputRefusal",
    "ResponseOutputText",
    "ResponseOutputTokensDetails",
    "ResponseQueuedEvent",
    "ResponseReasoningItem",
    "ResponseReasoningSummary",
    "ResponseReasoningText",
    "ResponseReasoningTextDeltaEvent",
    "ResponseReasoningTextDoneEvent",
    "ResponseStreamEvent",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
    "ResponseTopLogprob",
    "ResponseUsage",
    "ResponseWebSearchCallCompletedEvent",
    "ResponseWebSearchCallInProgressEvent",
    "ResponseWebSearchCallSearchingEvent",
    "ResponsesOptions",
    "RetryPolicy",
    "ScaleAnswer",
    "SignatureDelta",
    "SleepAnswer",
    "StatusAnswer",
    "StreamError",
    "StreamEvent",
    "StreamTimeout",
    "SyncEventStream",
    "SyncStream",
    "SyncVllmClient",
    "SyncVllmTransport",
    "TextBlock",
    "TextDelta",
    "Thinking",
    "ThinkingBlock",
    "ThinkingDelta",
    "Timeout",
    "ToolCall",
    "ToolParam",
    "ToolUseBlock",
    "Usage",
    "VllmClient",
    "VllmError",
    "WakeUpAnswer",
    "WeightCheck",
    "WeightInfo",
    "WeightUpdateAnswer",
    "WeightVersionAnswer",
    "__version__",
    "assistant",
    "audio",
    "image",
    "system",
    "text",
    "tool",
    "user",
    "video",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "VllmClient":
        value: object = __getattr__("SyncVllmClient")
    elif name in _HOME_OF:
        value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
