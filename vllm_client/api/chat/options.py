"""The options of chat completions, as keywords for editors and type checkers."""

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
    """The answer to a conversation: its length, and what it holds."""

    max_tokens: int | None
    """The older name of `max_completion_tokens`, which wins."""
    max_completion_tokens: int | None
    """Max tokens to generate, reasoning included. Default: what the context still holds."""
    include_reasoning: bool
    """Whether the answer holds the reasoning. Default: True."""
    echo: bool
    """Whether the answer begins with the last message, if of the same role. Default: False."""


class ConversationOptions(
    GenerationOptions,
    ChatLogprobs,
    ChatOutput,
    Templates,
    TemplateTokens,
    ParallelToolCalls,
    total=False,
):
    """The options of every chat call, whatever it does with formats and tools."""

    n: int | None
    """Number of answers. Default: 1."""
    tool_choice: ToolChoice | None
    """Whether the model may, must or must not call tools, or which. Default: "auto" with tools."""
    reasoning_effort: ReasoningEffort | None
    """How much to reason, for models that know degrees; "none" is not at all. Default: theirs."""
    documents: Sequence[Mapping[str, str]] | None
    """Documents for templates that know them, each with "title" and "text". Default: none."""
    return_prompt_text: bool | None
    """Whether the answer holds the prompt that the template made. Default: False."""


@shows_keys
class ChatOptions(ConversationOptions, FormatOption, ToolsOption, total=False):
    """The options of `client.chat.completions`, beside messages and stream."""


class ThinkingTags(TypedDict, total=False):
    """How reasoning is split off the text."""

    thinking: bool | Thinking
    """Whether, and by which tags, to split reasoning off the text. Default: the client's."""


class ChatCallOptions(GenerationCallOptions, ThinkingTags, total=False):
    """Client settings for one chat."""


class ChatKeywords(ChatOptions, ChatCallOptions, StreamWait, total=False):
    """Every keyword of a chat call, beside messages and stream."""


class ParseKeywords(ConversationOptions, ToolsOption, ChatCallOptions, total=False):
    """Those of `parse`, which takes the form of the answer as a type."""


class ParseStreamKeywords(ParseKeywords, StreamWait, total=False):
    """Those of `stream` with a type as `response_format`."""


class RunToolsKeywords(ConversationOptions, FormatOption, ChatCallOptions, total=False):
    """Those of `run_tools`, which takes functions as tools."""


class StreamToolsKeywords(RunToolsKeywords, StreamWait, total=False):
    """Those of `stream_tools`."""


WITHDRAWN = RENDER_ONLY
"""Options of vLLM that a chat call does not offer -> the reason."""
