"""Values of the Responses API."""

from .parsed_response import (
    ParsedResponse as ParsedResponse,
    ParsedResponseFunctionToolCall as ParsedResponseFunctionToolCall,
    ParsedResponseOutputItem as ParsedResponseOutputItem,
    ParsedResponseOutputMessage as ParsedResponseOutputMessage,
    ParsedResponseOutputText as ParsedResponseOutputText,
)
from .response import (
    Response as Response,
    ResponseError as ResponseError,
    ResponseStatus as ResponseStatus,
    ResponseUsage as ResponseUsage,
)
from .response_create_params import (
    FunctionToolParam as FunctionToolParam,
    ResponseInputItemParam as ResponseInputItemParam,
    ResponseInputParam as ResponseInputParam,
    ResponseTextConfigParam as ResponseTextConfigParam,
    ToolParam as ToolParam,
)
from .response_items import (
    McpCall as McpCall,
    ResponseCodeInterpreterToolCall as ResponseCodeInterpreterToolCall,
    ResponseCustomToolCall as ResponseCustomToolCall,
    ResponseFunctionToolCall as ResponseFunctionToolCall,
    ResponseFunctionWebSearch as ResponseFunctionWebSearch,
    ResponseOutputItem as ResponseOutputItem,
    ResponseOutputMessage as ResponseOutputMessage,
    ResponseOutputRefusal as ResponseOutputRefusal,
    ResponseOutputText as ResponseOutputText,
    ResponseReasoningItem as ResponseReasoningItem,
)
from .response_parts import (
    ResponseContentPartAddedEvent as ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent as ResponseContentPartDoneEvent,
    ResponseCustomToolCallInputDeltaEvent as ResponseCustomToolCallInputDeltaEvent,
    ResponseCustomToolCallInputDoneEvent as ResponseCustomToolCallInputDoneEvent,
    ResponseFunctionCallArgumentsDeltaEvent as ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent as ResponseFunctionCallArgumentsDoneEvent,
    ResponseOutputItemAddedEvent as ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent as ResponseOutputItemDoneEvent,
    ResponseOutputTextAnnotationAddedEvent as ResponseOutputTextAnnotationAddedEvent,
    ResponseReasoningPartAddedEvent as ResponseReasoningPartAddedEvent,
    ResponseReasoningPartDoneEvent as ResponseReasoningPartDoneEvent,
    ResponseReasoningSummaryTextDeltaEvent as ResponseReasoningSummaryTextDeltaEvent,
    ResponseReasoningSummaryTextDoneEvent as ResponseReasoningSummaryTextDoneEvent,
    ResponseReasoningTextDeltaEvent as ResponseReasoningTextDeltaEvent,
    ResponseReasoningTextDoneEvent as ResponseReasoningTextDoneEvent,
    ResponseRefusalDeltaEvent as ResponseRefusalDeltaEvent,
    ResponseRefusalDoneEvent as ResponseRefusalDoneEvent,
    ResponseTextDeltaEvent as ResponseTextDeltaEvent,
    ResponseTextDoneEvent as ResponseTextDoneEvent,
)
from .response_states import (
    ResponseCompletedEvent as ResponseCompletedEvent,
    ResponseCreatedEvent as ResponseCreatedEvent,
    ResponseErrorEvent as ResponseErrorEvent,
    ResponseFailedEvent as ResponseFailedEvent,
    ResponseIncompleteEvent as ResponseIncompleteEvent,
    ResponseInProgressEvent as ResponseInProgressEvent,
    ResponseQueuedEvent as ResponseQueuedEvent,
)
from .response_stream_event import ResponseStreamEvent as ResponseStreamEvent
from .response_tool_events import (
    ResponseCodeInterpreterCallCodeDeltaEvent as ResponseCodeInterpreterCallCodeDeltaEvent,
    ResponseCodeInterpreterCallCodeDoneEvent as ResponseCodeInterpreterCallCodeDoneEvent,
    ResponseCodeInterpreterCallCompletedEvent as ResponseCodeInterpreterCallCompletedEvent,
    ResponseCodeInterpreterCallInProgressEvent as ResponseCodeInterpreterCallInProgressEvent,
    ResponseCodeInterpreterCallInterpretingEvent as ResponseCodeInterpreterCallInterpretingEvent,
    ResponseMcpCallArgumentsDeltaEvent as ResponseMcpCallArgumentsDeltaEvent,
    ResponseMcpCallArgumentsDoneEvent as ResponseMcpCallArgumentsDoneEvent,
    ResponseMcpCallCompletedEvent as ResponseMcpCallCompletedEvent,
    ResponseMcpCallFailedEvent as ResponseMcpCallFailedEvent,
    ResponseMcpCallInProgressEvent as ResponseMcpCallInProgressEvent,
    ResponseMcpListToolsCompletedEvent as ResponseMcpListToolsCompletedEvent,
    ResponseMcpListToolsFailedEvent as ResponseMcpListToolsFailedEvent,
    ResponseMcpListToolsInProgressEvent as ResponseMcpListToolsInProgressEvent,
    ResponseWebSearchCallCompletedEvent as ResponseWebSearchCallCompletedEvent,
    ResponseWebSearchCallInProgressEvent as ResponseWebSearchCallInProgressEvent,
    ResponseWebSearchCallSearchingEvent as ResponseWebSearchCallSearchingEvent,
)
