"""The options of chat completions, as keywords for editors and type checkers."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...codec.thinking import Thinking
from ..common.options import (
    FormatOption,
    GenerationCallOptions,
    GenerationOptions,
    ReasoningEffort,
    ToolChoice,
    ToolsOption,
)


class ConversationOptions(GenerationOptions, total=False):
    """The options of every chat call, whatever it does with formats and tools."""

    logprobs: bool | None
    """Whether to tell the log probability of each token written. Default: False."""
    top_logprobs: int | None
    """Alternatives to tell for each token, -1 for all; needs `logprobs`. Default: 0."""
    max_tokens: int | None
    """The older name of `max_completion_tokens`, which wins."""
    max_completion_tokens: int | None
    """The most tokens to write, thinking included. Default: what the context still holds."""
    n: int | None
    """How many answers. Default: 1."""
    tool_choice: ToolChoice | None
    """Whether it may, must or must not call tools, or which. Default: "auto" if there are any."""
    parallel_tool_calls: bool | None
    """False: at most one call an answer. Default: True."""
    reasoning_effort: ReasoningEffort | None
    """How much to think, for models that know degrees; "none" is no thinking. Default: theirs."""
    include_reasoning: bool
    """Whether the answer holds the thinking. Default: True."""
    echo: bool
    """Whether the answer begins with the last message, if of the same role. Default: False."""
    add_generation_prompt: bool
    """Whether the prompt ends with the opening of an assistant's message. Default: True."""
    continue_final_message: bool
    """Whether to go on with the last message; needs add_generation_prompt=False. Default: False."""
    add_special_tokens: bool
    """Whether to add special tokens to those of the chat template. Default: False."""
    documents: Sequence[Mapping[str, str]] | None
    """Documents for templates that know them, each with "title" and "text". Default: none."""
    chat_template: str | None
    """A Jinja template, if the server trusts those of requests. Default: the model's."""
    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the template, such as {"enable_thinking": False}. Default: none."""
    media_io_kwargs: Mapping[str, Mapping[str, Any]] | None
    """Modality -> how its media are read, if the server trusts requests. Default: the server's."""
    mm_processor_kwargs: Mapping[str, Any] | None
    """Arguments for the media processor, if the server trusts requests. Default: the server's."""
    return_prompt_text: bool | None
    """Whether the answer holds the prompt that the template made. Default: False."""


class ChatOptions(ConversationOptions, FormatOption, ToolsOption, total=False):
    """The options of `client.chat.completions`, beside model, messages and stream."""


class ChatCallOptions(GenerationCallOptions, total=False):
    """The same for a chat."""

    thinking: bool | Thinking
    """Whether, and by which tags, thinking left in the text is taken out. Default: the client's."""


class ChatKeywords(ChatOptions, ChatCallOptions, total=False):
    """Every keyword of a chat call, beside model, messages and stream."""


class ParseKeywords(ConversationOptions, ToolsOption, ChatCallOptions, total=False):
    """Those of `parse`, which takes the form of the answer as a type."""


class RunToolsKeywords(ConversationOptions, FormatOption, ChatCallOptions, total=False):
    """Those of `run_tools`, which takes functions as tools."""

    model: str
    """The model to use. Default: the one that the server serves."""
