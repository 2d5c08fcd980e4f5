"""Values and keywords of chat completions."""

from ..shared_params import ReasoningEffort as ChatCompletionReasoningEffort  # noqa: F401
from .chat_completion import (
    ChatCompletion as ChatCompletion,
)
from .chat_completion_chunk import (
    ChatCompletionChunk as ChatCompletionChunk,
)
from .chat_completion_content_part_param import (
    ChatCompletionContentPartImageParam as ChatCompletionContentPartImageParam,
    ChatCompletionContentPartInputAudioParam as ChatCompletionContentPartInputAudioParam,
    ChatCompletionContentPartParam as ChatCompletionContentPartParam,
    ChatCompletionContentPartRefusalParam as ChatCompletionContentPartRefusalParam,
    ChatCompletionContentPartTextParam as ChatCompletionContentPartTextParam,
)
from .chat_completion_function_tool import (
    ChatCompletionFunctionTool as ChatCompletionFunctionTool,
)
from .chat_completion_message import (
    ChatCompletionMessage as ChatCompletionMessage,
)
from .chat_completion_message_param import (
    ChatCompletionAssistantMessageParam as ChatCompletionAssistantMessageParam,
    ChatCompletionDeveloperMessageParam as ChatCompletionDeveloperMessageParam,
    ChatCompletionFunctionMessageParam as ChatCompletionFunctionMessageParam,
    ChatCompletionMessageFunctionToolCallParam as ChatCompletionMessageFunctionToolCallParam,
    ChatCompletionMessageParam as ChatCompletionMessageParam,
    ChatCompletionRole as ChatCompletionRole,
    ChatCompletionSystemMessageParam as ChatCompletionSystemMessageParam,
    ChatCompletionToolMessageParam as ChatCompletionToolMessageParam,
    ChatCompletionUserMessageParam as ChatCompletionUserMessageParam,
)
from .chat_completion_message_tool_call import (
    ChatCompletionMessageFunctionToolCall as ChatCompletionMessageFunctionToolCall,
    ChatCompletionMessageToolCall as ChatCompletionMessageToolCall,
    ChatCompletionMessageToolCallUnion as ChatCompletionMessageToolCallUnion,
)
from .chat_completion_message_tool_call_param import (
    ChatCompletionMessageToolCallParam as ChatCompletionMessageToolCallParam,
    ChatCompletionMessageToolCallUnionParam as ChatCompletionMessageToolCallUnionParam,
)
from .chat_completion_token_logprob import (
    ChatCompletionTokenLogprob as ChatCompletionTokenLogprob,
)
from .chat_completion_tool_param import (
    ChatCompletionAllowedToolChoiceParam as ChatCompletionAllowedToolChoiceParam,
    ChatCompletionAllowedToolsParam as ChatCompletionAllowedToolsParam,
    ChatCompletionFunctionToolParam as ChatCompletionFunctionToolParam,
    ChatCompletionNamedToolChoiceParam as ChatCompletionNamedToolChoiceParam,
    ChatCompletionStreamOptionsParam as ChatCompletionStreamOptionsParam,
    ChatCompletionToolChoiceOptionParam as ChatCompletionToolChoiceOptionParam,
    ChatCompletionToolParam as ChatCompletionToolParam,
    ChatCompletionToolUnionParam as ChatCompletionToolUnionParam,
)
from .completion_create_params import (
    CompletionCreateParams as CompletionCreateParams,
)
from .more_params import (
    ChatCompletionAudio as ChatCompletionAudio,
    ChatCompletionAudioParam as ChatCompletionAudioParam,
    ChatCompletionContentPartImage as ChatCompletionContentPartImage,
    ChatCompletionContentPartText as ChatCompletionContentPartText,
    ChatCompletionCustomToolParam as ChatCompletionCustomToolParam,
    ChatCompletionFunctionCallOptionParam as ChatCompletionFunctionCallOptionParam,
    ChatCompletionMessageCustomToolCall as ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageCustomToolCallParam as ChatCompletionMessageCustomToolCallParam,
    ChatCompletionModality as ChatCompletionModality,
    ChatCompletionNamedToolChoiceCustomParam as ChatCompletionNamedToolChoiceCustomParam,
    ChatCompletionPredictionContentParam as ChatCompletionPredictionContentParam,
)
from .parsed_chat_completion import (
    ParsedChatCompletion as ParsedChatCompletion,
    ParsedChatCompletionMessage as ParsedChatCompletionMessage,
    ParsedChoice as ParsedChoice,
)
from .parsed_function_tool_call import (
    ParsedFunction as ParsedFunction,
    ParsedFunctionToolCall as ParsedFunctionToolCall,
)
