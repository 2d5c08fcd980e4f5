"""How a conversation becomes a prompt, as options."""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict


class TemplateVariables(TypedDict, total=False):
    """Variables of the chat template."""

    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the template, such as {"enable_thinking": False}. Default: none."""


class ChatTemplate(TemplateVariables, total=False):
    """The chat template and its variables."""

    chat_template: str | None
    """A Jinja template; needs `--trust-request-chat-template`. Default: the model's."""


class MediaReading(TypedDict, total=False):
    """How images, audio and video are read."""

    media_io_kwargs: Mapping[str, Mapping[str, Any]] | None
    """Modality -> how its media are read, if the server trusts requests. Default: the server's."""


class MediaProcessing(TypedDict, total=False):
    """How images, audio and video are prepared for the model."""

    mm_processor_kwargs: Mapping[str, Any] | None
    """Arguments for the media processor, if the server trusts requests. Default: the server's."""


class PromptEnd(TypedDict, total=False):
    """How the prompt of a conversation ends."""

    add_generation_prompt: bool
    """Whether the prompt ends with the opening of an assistant's message. Default: True."""
    continue_final_message: bool
    """Whether the last message is continued; needs add_generation_prompt=False. Default: False."""


class Templates(ChatTemplate, MediaReading, MediaProcessing, PromptEnd, total=False):
    """How a conversation becomes a prompt."""


class TemplateTokens(TypedDict, total=False):
    """Special tokens beside those of the chat template."""

    add_special_tokens: bool
    """Whether to add special tokens to those of the chat template. Default: False."""


class PromptTokens(TypedDict, total=False):
    """Special tokens of a prompt that is no conversation."""

    add_special_tokens: bool
    """Whether to add special tokens, such as the opening one, to the prompt. Default: True."""


class Truncation(TypedDict, total=False):
    """What happens to prompts that are too long."""

    truncate_prompt_tokens: int | None
    """Truncate the prompt to this many tokens; -1 means the model's maximum. Range: -1 or more.
    Default: no truncation; a prompt that is too long is an error."""
    truncation_side: Literal["left", "right"] | None
    """Which end of the prompt is cut off. Default: the tokenizer's."""
