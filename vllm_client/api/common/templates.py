"""Options that control how a conversation or text is converted to a prompt."""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict


class TemplateVariables(TypedDict, total=False):
    """Variables of the chat template."""

    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the chat template, such as {"enable_thinking": False}. Default: none."""


class ChatTemplate(TemplateVariables, total=False):
    """The chat template and its variables."""

    chat_template: str | None
    """A Jinja template; the server must be started with `--trust-request-chat-template`. Default:
    the model's."""


class MediaReading(TypedDict, total=False):
    """How images, audio and video are loaded."""

    media_io_kwargs: Mapping[str, Mapping[str, Any]] | None
    """Arguments for loading media, by modality, if the server accepts them in requests. Default:
    the server's."""


class MediaProcessing(TypedDict, total=False):
    """How images, audio and video are prepared for the model."""

    mm_processor_kwargs: Mapping[str, Any] | None
    """Arguments for the media processor, if the server accepts them in requests. Default: the
    server's."""


class PromptEnd(TypedDict, total=False):
    """How the prompt of a conversation ends."""

    add_generation_prompt: bool
    """Whether the prompt ends with the start of an assistant message. Default: True."""
    continue_final_message: bool
    """Whether the model continues the last message; needs add_generation_prompt=False. Default:
    False."""


class Templates(ChatTemplate, MediaReading, MediaProcessing, PromptEnd, total=False):
    """How a conversation is converted to a prompt."""


class TemplateTokens(TypedDict, total=False):
    """Special tokens in addition to those of the chat template."""

    add_special_tokens: bool
    """Whether to add special tokens in addition to those of the chat template. Default: False."""


class PromptTokens(TypedDict, total=False):
    """Special tokens of a prompt that is not a conversation."""

    add_special_tokens: bool
    """Whether to add special tokens, such as the beginning-of-text token, to the prompt. Default:
    True."""


class Truncation(TypedDict, total=False):
    """How prompts that are too long are truncated."""

    truncate_prompt_tokens: int | None
    """Max tokens of the prompt; longer prompts are truncated. -1 means the model's limit. Range: -1
    or more. Default: no truncation; a prompt that is too long is an error."""
    truncation_side: Literal["left", "right"] | None
    """The end at which the prompt is truncated. Default: the tokenizer's."""
