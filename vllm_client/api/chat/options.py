"""The options of chat completions, as typed keywords."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from ...codec.thinking import Thinking
from ..common.generation import GenerationOptions
from ..common.options import GenerationCallOptions, ReasoningEffort, StreamWait
from ..common.render_options import RENDER_ONLY
from ..common.sampling import ChatLogprobs
from ..common.shown_keywords import shows_keys
from ..common.structured_outputs import FormatOption
from ..common.templates import Templates, TemplateTokens
from ..common.tools import ParallelToolCalls, ToolChoice, ToolsOption


class ChatOutput(TypedDict, total=False):
    """Options for the length and the content of the answer."""

    max_tokens: int | None
    """The older name of `max_completion_tokens`; ignored if both are given."""
    max_completion_tokens: int | None
    """Max tokens to generate, reasoning included. Default: the rest of the context length."""
    include_reasoning: bool
    """Whether the answer contains the reasoning. Default: True."""
    echo: bool
    """Whether the answer begins with the text of the last message, if both have the same role.
    Default: False."""


class ConversationOptions(
    GenerationOptions,
    ChatLogprobs,
    ChatOutput,
    Templates,
    TemplateTokens,
    ParallelToolCalls,
    total=False,
):
    """The options of all chat calls, except those for tools and response formats."""

    n: int | None
    """Number of answers. Default: 1."""
    tool_choice: ToolChoice | None
    """Whether the model may ("auto"), must ("required") or must not ("none") call tools, or the
    function that it must call. Default: "auto" with tools."""
    reasoning_effort: ReasoningEffort | None
    """How much to reason, for models with levels of effort; "none" turns reasoning off. Default:
    set by the model."""
    documents: Sequence[Mapping[str, str]] | None
    """Documents for chat templates that support them, each with "title" and "text". Default:
    none."""
    return_prompt_text: bool | None
    """Whether to return the prompt that the chat template made. Default: False."""


@shows_keys
class ChatOptions(ConversationOptions, FormatOption, ToolsOption, total=False):
    """The options of `client.chat.completions`, except messages and stream."""


class ThinkingTags(TypedDict, total=False):
    """How the client separates reasoning from the text."""

    thinking: bool | Thinking
    """Whether to separate reasoning from the text; or a Thinking object with the tags around the
    reasoning. Default: the client's."""


class ChatCallOptions(GenerationCallOptions, ThinkingTags, total=False):
    """Client settings for one chat call."""


class ChatKeywords(ChatOptions, ChatCallOptions, StreamWait, total=False):
    """Every keyword of `client.chat.completions`, except messages and stream."""


class ParseKeywords(ConversationOptions, ToolsOption, ChatCallOptions, total=False):
    """Every keyword of `parse`, except messages and response_format."""


class ParseStreamKeywords(ParseKeywords, StreamWait, total=False):
    """Every keyword of `stream` when `response_format` is a type, except messages."""


class RunToolsKeywords(ConversationOptions, FormatOption, ChatCallOptions, total=False):
    """Every keyword of `run_tools`, except messages, tools and max_rounds."""


class StreamToolsKeywords(RunToolsKeywords, StreamWait, total=False):
    """Every keyword of `stream_tools`, except messages, tools and max_rounds."""


WITHDRAWN = RENDER_ONLY
"""Options of vLLM that a chat call does not accept, with the reason."""
