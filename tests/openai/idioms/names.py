"""Names at their module paths, and values and errors that scripts create."""

import importlib
from typing import Any

import httpx2
import pydantic
import pytest

from vllm_client.testing import Call, Reply

from ..setting import TOOL, USER, Setting

MODULES = {
    "_base_client": "SyncAPIClient AsyncAPIClient SyncHttpxClientWrapper DEFAULT_MAX_RETRIES",
    "_client": "OpenAI AsyncOpenAI Client",
    "_legacy_response": "LegacyAPIResponse HttpxBinaryResponseContent",
    "_response": "APIResponse AsyncAPIResponse",
    "_utils": "is_given is_dict is_list is_mapping",
    "_version": "__version__",
    "helpers": "LocalAudioPlayer Microphone",
    "lib": "pydantic_function_tool",
    "lib._parsing": "type_to_response_format_param",
    "lib._parsing._completions": "type_to_response_format_param",
    "lib.streaming.chat": "ChatCompletionStream AsyncChatCompletionStream ChatCompletionStreamState"
    " ChatCompletionStreamManager ChatCompletionStreamEvent ChunkEvent RefusalDoneEvent",
    "lib.streaming.responses": "ResponseStream AsyncResponseStreamManager ResponseTextDeltaEvent",
    "resources.audio": "Audio AsyncTranscriptions Translations",
    "resources.audio.transcriptions": "Transcriptions AsyncTranscriptions",
    "resources.beta": "Beta AsyncBeta",
    "resources.chat.chat": "Chat AsyncChat",
    "resources.completions": "Completions AsyncCompletions",
    "resources.embeddings": "Embeddings",
    "resources.models": "Models AsyncModels",
    "resources.responses": "Responses AsyncResponses",
    "resources.responses.responses": "Responses",
    "types": "CompletionCreateParams EmbeddingCreateParams ChatModel",
    "types.chat": "ChatCompletionAudioParam ChatCompletionFunctionTool ChatCompletionModality"
    " ChatCompletionPredictionContentParam ChatCompletionCustomToolParam",
    "types.chat.chat_completion": "Choice ChoiceLogprobs ChatCompletion",
    "types.chat.chat_completion_audio": "ChatCompletionAudio",
    "types.chat.chat_completion_chunk": "Choice ChoiceDelta ChoiceDeltaToolCall",
    "types.chat.chat_completion_message_tool_call": "ChatCompletionMessageToolCall Function",
    "types.chat.completion_create_params": "CompletionCreateParamsNonStreaming",
    "types.chat_model": "ChatModel",
    "types.completion_create_params": "CompletionCreateParamsStreaming",
    "types.completion_usage": "CompletionUsage PromptTokensDetails CompletionTokensDetails",
    "types.create_embedding_response": "CreateEmbeddingResponse Usage",
    "types.responses": "EasyInputMessageParam ResponseInputTextParam ResponseInputImageParam"
    " ResponseFunctionToolCallParam ResponseOutputMessageParam ResponseReasoningItemParam"
    " ResponseFileSearchToolCall FunctionTool ToolChoiceFunction WebSearchToolParam CustomTool"
    " ResponseFormatTextJSONSchemaConfigParam ResponseTextConfig ResponseIncludable",
    "types.responses.easy_input_message_param": "EasyInputMessageParam",
    "types.responses.function_tool": "FunctionTool",
    "types.responses.response_create_params": "ResponseCreateParamsNonStreaming",
    "types.responses.response_format_text_json_schema_config": "ResponseFormatTextJSONSchemaConfig",
    "types.responses.response_function_tool_call": "ResponseFunctionToolCall",
    "types.responses.response_input_item_param": "FunctionCallOutput ResponseInputItemParam",
    "types.responses.response_input_param": "ResponseInputParam ItemReference Message",
    "types.responses.response_output_item": "McpCall ResponseReasoningItem",
    "types.responses.response_output_text": "AnnotationURLCitation Logprob ResponseOutputText",
    "types.responses.response_reasoning_item": "Summary Content ResponseReasoningItem",
    "types.responses.response_text_config_param": "ResponseTextConfigParam",
    "types.responses.response_usage": "InputTokensDetails OutputTokensDetails",
    "types.responses.tool": "Mcp Tool CodeInterpreter",
    "types.responses.tool_choice_allowed": "ToolChoiceAllowed",
    "types.responses.tool_param": "Mcp ToolParam FunctionToolParam",
    "types.shared.function_definition": "FunctionDefinition",
    "types.shared.reasoning": "Reasoning",
    "types.shared_params.reasoning_effort": "ReasoningEffort",
}


def names_of_modules(s: Setting) -> None:
    missing = [
        f"{module}.{name}"
        for module, names in MODULES.items()
        for name in names.split()
        if not hasattr(s.module(module), name)
    ]
    assert missing == []


def every_module_can_be_imported_alone(s: Setting) -> None:
    for name in MODULES:
        importlib.reload(s.module(name)) if name.startswith("types.responses.") else s.module(name)


def params_are_dicts(s: Setting) -> None:
    params = s.module("types.responses.response_input_item_param")
    output = params.FunctionCallOutput(call_id="c", output="22", type="function_call_output")
    assert output == {"call_id": "c", "output": "22", "type": "function_call_output"}


def input_of_params(s: Setting) -> None:
    types = s.module("types.responses")
    text = types.ResponseInputTextParam(text="Hello", type="input_text")
    message = types.EasyInputMessageParam(role="user", content=[text])
    assert s.client().responses.create(model="tiny", input=[message]).output_text


def tools_of_a_response(s: Setting) -> None:
    function = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
    text = {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}}
    response = s.client().responses.create(
        model="tiny", input="Hi", tools=[function], text=text, tool_choice="auto"
    )
    assert isinstance(response.tools[0], s.module("types.responses").FunctionTool)
    assert (response.tools[0].name, response.tool_choice) == ("get_weather", "auto")
    assert response.text.format.type == "json_schema"
    assert response.text.format.schema_ == {"type": "object"}


def state_of_chunks(s: Setting) -> None:
    s.server.reply(Reply(tool_calls=[Call("get_weather", ['{"city": ', '"Rome"}'])]))
    state = s.module("lib.streaming.chat").ChatCompletionStreamState()
    for chunk in s.stream(tools=[TOOL]):
        state.handle_chunk(chunk)
        assert state.current_completion_snapshot.id == chunk.id
    call = state.get_final_completion().choices[0].message.tool_calls[0]
    assert call.function.arguments == '{"city": "Rome"}'


def completion_made_by_hand(s: Setting) -> None:
    chat = s.module("types.chat.chat_completion")
    message = s.module("types.chat.chat_completion_message").ChatCompletionMessage(
        role="assistant", content="Hi"
    )
    choice = chat.Choice(finish_reason="stop", index=0, message=message, logprobs=None)
    usage = s.module("types").CompletionUsage(completion_tokens=1, prompt_tokens=2, total_tokens=3)
    made = chat.ChatCompletion(
        id="a", choices=[choice], created=1, model="m", object="chat.completion", usage=usage
    )
    assert made.choices[0].message.content == "Hi"
    assert made.model_dump()["usage"]["total_tokens"] == 3


def errors_made_by_hand(s: Setting) -> None:
    request = httpx2.Request("POST", "http://x/v1/chat/completions")
    error: Any = s.openai.APIConnectionError(request=request)
    assert (str(error), error.request) == ("Connection error.", request)
    assert str(s.openai.APITimeoutError(request)) == "Request timed out."
    assert str(s.openai.APITimeoutError(request=request)) == "Request timed out."
    response = httpx2.Response(429, request=request, headers={"x-request-id": "r"})
    error = s.openai.RateLimitError("slow down", response=response, body={"code": "c"})
    assert (error.status_code, error.request_id, error.code) == (429, "r", "c")
    assert isinstance(s.openai.APIError("no", request, body=None), s.openai.OpenAIError)
    assert str(s.openai.OpenAIError("plain")) == "plain"


def retry_by_classes(s: Setting) -> None:
    kinds = (s.openai.APIConnectionError, s.openai.RateLimitError, s.openai.InternalServerError)
    assert all(issubclass(kind, s.openai.APIError) for kind in kinds)
    assert issubclass(s.openai.APITimeoutError, s.openai.APIConnectionError)


def stream_false_is_sent(s: Setting) -> None:
    s.client().completions.create(model="tiny", prompt="Hi", stream=False)
    assert s.sent.json["stream"] is False
    s.client().chat.completions.create(model="tiny", messages=USER)
    assert "stream" not in s.sent.json


def unsupported_resources_raise_when_called(s: Setting) -> None:
    assert s.client().realtime
    assert s.client().beta.assistants
    assert s.openai.files
    if s.package != "openai":
        with pytest.raises(NotImplementedError, match="vLLM has no route"):
            s.client().realtime.connect(model="m")
        with pytest.raises(NotImplementedError):
            s.module("helpers").Microphone()


class Place(pydantic.BaseModel):
    city: str


def chat_tool_for_a_parsed_response(s: Setting) -> None:
    tool = s.openai.pydantic_function_tool(Place, name="get_weather")
    s.server.reply(Reply(tool_calls=[Call("get_weather", ['{"city": "Rome"}'])]))
    response = s.client().responses.parse(model="tiny", input="Hi", tools=[tool])
    calls = [item for item in response.output if item.type == "function_call"]
    assert calls[0].parsed_arguments == Place(city="Rome")
    assert s.sent.json["tools"][0]["name"] == "get_weather"


def parsed_stream_that_is_truncated(s: Setting) -> None:
    s.server.reply(Reply('{"city": "Ro', finish_reason="length"))
    client, seen = s.client(), []
    with (
        client.chat.completions.stream(
            model="tiny", messages=USER, response_format=Place
        ) as stream,
        pytest.raises(s.openai.LengthFinishReasonError),
    ):
        seen += [event.type for event in stream]


def pretty_printed_by_rich(s: Setting) -> None:
    fields = dict(s.ask().usage.__rich_repr__())
    assert fields["total_tokens"] > 0
