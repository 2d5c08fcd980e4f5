"""Schemas of request bodies, as in vLLM 0.32.

They declare the fields that the simulation reads, and some that are only validated. The classes
have vLLM's names and stand in the order in which vLLM tries them.
"""

from collections.abc import Mapping
from typing import Any

from .body_kinds import (
    Fields,
    Flag,
    Kind,
    ListOf,
    Literal,
    Maybe,
    Number,
    OneOf,
    Problem,
    Required,
    Text,
    Whole,
)

_PARTS = ListOf(Fields(plain=True), noun="iterable")
_CONTENT = OneOf(Text(), _PARTS)
_CALLS = ListOf(Fields({"function": Maybe(Fields({"name": Maybe(Text())}, plain=True))}))


def _message(name: str, role: str, **fields: Kind) -> Fields:
    return Fields({**fields, "role": Required(Literal(role))}, name, plain=True)


MESSAGE = OneOf(
    _message("ChatCompletionDeveloperMessageParam", "developer", content=_CONTENT),
    _message("ChatCompletionSystemMessageParam", "system", content=_CONTENT),
    _message("ChatCompletionUserMessageParam", "user", content=_CONTENT),
    Fields(
        {
            "role": Required(Literal("assistant")),
            "content": Maybe(_CONTENT),
            "tool_calls": Maybe(_CALLS),
        },
        "ChatCompletionAssistantMessageParam",
        plain=True,
    ),
    Fields(
        {
            "content": _CONTENT,
            "role": Required(Literal("tool")),
            "tool_call_id": Required(Text()),
        },
        "ChatCompletionToolMessageParam",
        plain=True,
    ),
    Fields(
        {
            "content": Maybe(Text()),
            "name": Required(Text()),
            "role": Required(Literal("function")),
        },
        "ChatCompletionFunctionMessageParam",
        plain=True,
    ),
    Fields(
        {
            "role": Required(Text()),
            "content": Maybe(OneOf(Text(), ListOf(Fields(plain=True)))),
            "tool_calls": Maybe(_CALLS),
        },
        "CustomChatCompletionMessageParam",
        plain=True,
    ),
    Fields({"author": Required(), "content": ListOf()}, "Message"),
)

_FUNCTION = Fields(
    {
        "name": Required(Text()),
        "description": Maybe(Text()),
        "parameters": Maybe(Fields(plain=True)),
    }
)
_TOOLS = Maybe(ListOf(Fields({"type": Literal("function"), "function": Required(_FUNCTION)})))
_RESPONSE_FORMAT = OneOf(
    Fields(
        {
            "type": Required(Literal("text", "json_object", "json_schema")),
            "json_schema": Maybe(
                Fields({"name": Required(Text()), "schema": Maybe(Fields(plain=True))})
            ),
        }
    ),
    Fields({"type": Required(Literal("structural_tag")), "format": Required()}),
    Fields(
        {
            "type": Required(Literal("structural_tag")),
            "structures": Required(ListOf()),
            "triggers": Required(ListOf()),
        }
    ),
)
_STOP = Maybe(OneOf(Text(), ListOf(Text())))
_STREAM_OPTIONS = Maybe(
    Fields({"include_usage": Maybe(Flag()), "continuous_usage_stats": Maybe(Flag())})
)

# Fields that chat and completions share.
_GENERATION: Mapping[str, Kind] = {
    "model": Maybe(Text()),
    "max_tokens": Maybe(Whole()),
    "n": Maybe(Whole()),
    "stop": _STOP,
    "stream": Maybe(Flag()),
    "stream_options": _STREAM_OPTIONS,
    "temperature": Maybe(Number()),
    "top_p": Maybe(Number()),
    "presence_penalty": Maybe(Number()),
    "frequency_penalty": Maybe(Number()),
    "prompt_logprobs": Maybe(Whole()),
    "return_token_ids": Maybe(Flag()),
    "return_weight_versions": Flag(),
    "request_id": Text(),
}
_CHAT: Mapping[str, Kind] = {
    **_GENERATION,
    "logprobs": Maybe(Flag()),
    "top_logprobs": Maybe(Whole()),
    "max_completion_tokens": Maybe(Whole()),
    "response_format": Maybe(_RESPONSE_FORMAT),
    "tools": _TOOLS,
    "chat_template_kwargs": Maybe(Fields(plain=True)),
}
CHAT = Fields({"messages": Required(ListOf(MESSAGE)), **_CHAT})
BATCH_CHAT = Fields(
    {"messages": Required(ListOf(ListOf(MESSAGE, least=1), least=1)), **_CHAT},
)
_TOKENS = ListOf(Whole())
PROMPTS = OneOf(_TOKENS, ListOf(_TOKENS), Text(), ListOf(Text()))
COMPLETION = Fields({"prompt": Maybe(PROMPTS), "logprobs": Maybe(Whole()), **_GENERATION})

# The `type` of vLLM's other tool classes, which the simulation does not validate further.
_OTHER_TOOLS = {
    "FileSearchTool": "file_search",
    "ComputerTool": "computer",
    "ComputerUsePreviewTool": "computer_use_preview",
    "WebSearchTool": "web_search",
    "Mcp": "mcp",
    "CodeInterpreter": "code_interpreter",
    "ProgrammaticToolCalling": "programmatic_tool_calling",
    "ImageGeneration": "image_generation",
    "LocalShell": "local_shell",
    "FunctionShellTool": "shell",
    "CustomTool": "custom",
    "NamespaceTool": "namespace",
    "ToolSearchTool": "tool_search",
    "WebSearchPreviewTool": "web_search_preview",
    "ApplyPatchTool": "apply_patch",
}
# vLLM tries 61 classes, but an error shows at most ten of them.
_ITEM_CLASSES = (
    "EasyInputMessageParam",
    "Message",
    "ResponseOutputMessageParam",
    "ResponseFileSearchToolCallParam",
    "ResponseComputerToolCallParam",
    "ComputerCallOutput",
    "ResponseFunctionWebSearchParam",
    "ResponseFunctionToolCallParam",
    "FunctionCallOutput",
    *["ToolSearchCall"] * 52,
)
_ITEMS = OneOf(*(Fields({}, name, plain=True) for name in _ITEM_CLASSES))
RESPONSE = Fields(
    {
        "input": Required(OneOf(Text(), ListOf(_ITEMS))),
        "include": Maybe(ListOf(Text())),
        "instructions": Maybe(Text()),
        "max_output_tokens": Maybe(Whole()),
        "metadata": Maybe(Fields(plain=True)),
        "model": Maybe(Text()),
        "parallel_tool_calls": Maybe(Flag()),
        "prompt_cache_options": Maybe(Fields()),
        "prompt_cache_retention": Maybe(Text()),
        "previous_response_id": Maybe(Text()),
        "reasoning": Maybe(Fields({"effort": Maybe(Text())})),
        "include_reasoning": Flag(),
        "store": Maybe(Flag()),
        "background": Maybe(Flag()),
        "stream": Maybe(Flag()),
        "temperature": Maybe(Number()),
        "text": Maybe(Fields({"format": Maybe(Fields({"schema": Maybe(Fields(plain=True))}))})),
        "tools": ListOf(
            OneOf(
                Fields(
                    {
                        "name": Required(Text()),
                        "parameters": Maybe(Fields(plain=True)),
                        "type": Required(Literal("function")),
                    },
                    "FunctionTool",
                ),
                *(
                    Fields({"type": Required(Literal(word))}, name)
                    for name, word in _OTHER_TOOLS.items()
                ),
            )
        ),
        "top_logprobs": Maybe(Whole()),
        "top_p": Maybe(Number()),
        "presence_penalty": Maybe(Number()),
        "frequency_penalty": Maybe(Number()),
        "request_id": Text(),
        "stop": _STOP,
        "chat_template_kwargs": Maybe(Fields(plain=True)),
    }
)


class _SamplingParams:
    """A class that vLLM tries first and that never matches a JSON value."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        name = "SamplingParams"
        message = f"Input should be an instance of {name}"
        problems.append(Problem("is_instance_of", where, message, value, {"class": name}))
        return value


_SAMPLING: Mapping[str, Kind] = {
    "max_tokens": Maybe(Whole()),
    "n": Whole(),
    "stop": _STOP,
    "temperature": Number(),
    "top_p": Number(),
    "logprobs": Maybe(Whole()),
    "prompt_logprobs": Maybe(Whole()),
}
_PARSE_CONTEXT = Fields({"tools": _TOOLS, "chat_template_kwargs": Fields(plain=True)})
GENERATE = Fields(
    {
        "token_ids": Required(ListOf(Whole(), least=1)),
        "sampling_params": Required(OneOf(_SamplingParams(), Fields(_SAMPLING, plain=True))),
        "model": Maybe(Text()),
        "request_id": Text(),
        "stream": Maybe(Flag()),
        "stream_options": _STREAM_OPTIONS,
        "return_token_ids": Maybe(Flag()),
        "output_mode": Text(),
        "parse_context": Maybe(_PARSE_CONTEXT),
    }
)

_BLOCK = Fields({"type": Required(Text()), "text": Maybe(Text()), "name": Maybe(Text())})
_BLOCKS = OneOf(Text(), ListOf(_BLOCK))
_ANTHROPIC_TOOL = Fields(
    {
        "name": Required(Text()),
        "description": Maybe(Text()),
        "input_schema": Required(Fields(plain=True)),
    }
)
_CONVERSATION: Mapping[str, Kind] = {
    "model": Required(Text()),
    "messages": Required(
        ListOf(
            Fields(
                {
                    "role": Required(Literal("user", "assistant", "system")),
                    "content": Required(_BLOCKS),
                }
            )
        )
    ),
    "system": Maybe(_BLOCKS),
    "thinking": Maybe(Fields({"type": Required(Literal("enabled", "disabled", "adaptive"))})),
    "tools": Maybe(ListOf(_ANTHROPIC_TOOL)),
    "tool_choice": Maybe(
        Fields({"type": Required(Literal("auto", "any", "tool", "none")), "name": Maybe(Text())})
    ),
    "output_config": Maybe(
        Fields({"format": Maybe(Fields({"schema": Maybe(Fields(plain=True))}))}),
    ),
    "chat_template_kwargs": Maybe(Fields(plain=True)),
}


class _PositiveLimit:
    """`max_tokens` of Messages: an integer above 0."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        number = Whole().read(value, where, problems)
        if isinstance(number, int) and number <= 0:
            error = ValueError("max_tokens must be positive")
            message = f"Value error, {error}"
            problems.append(Problem("value_error", where, message, value, {"error": error}))
        return number


MESSAGES = Fields(
    {
        **_CONVERSATION,
        "max_tokens": Required(_PositiveLimit()),
        "stop_sequences": Maybe(ListOf(Text())),
        "stream": Maybe(Flag()),
        "temperature": Maybe(Number()),
        "top_p": Maybe(Number()),
    }
)
COUNT_TOKENS = Fields(_CONVERSATION)

TOKENIZE = OneOf(
    Fields(
        {"prompt": Required(Text()), "model": Maybe(Text()), "return_token_strs": Maybe(Flag())}
    ),
    Fields(
        {
            "messages": Required(ListOf(MESSAGE)),
            "model": Maybe(Text()),
            "return_token_strs": Maybe(Flag()),
        }
    ),
)
DETOKENIZE = Fields({"tokens": Required(_TOKENS), "model": Maybe(Text())})
