"""The options of text completions, as typed keywords."""

from ..common.generation import GenerationOptions
from ..common.options import StreamCallOptions, Strings
from ..common.render_options import RENDER_ONLY
from ..common.sampling import LogprobTokens
from ..common.shown_keywords import shows_keys
from ..common.structured_outputs import FormatOption
from ..common.templates import PromptTokens


@shows_keys
class CompletionOptions(GenerationOptions, LogprobTokens, FormatOption, PromptTokens, total=False):
    """The options of `client.completions`, except prompt and stream."""

    logprobs: int | None
    """Number of alternatives to report per token, in addition to the token itself. Default: no log
    probabilities."""
    max_tokens: int | None
    """Max tokens to generate. Default: 16."""
    n: int
    """Number of answers for each prompt. Default: 1."""
    suffix: str | None
    """Text that follows the generated text, for models that support it; others refuse it. Default:
    none."""
    echo: bool | None
    """Whether the answer begins with the prompt. Default: False."""
    prompt_embeds: str | Strings | None
    """Prompts as base64 of serialized tensors, instead of `prompt` or in addition to it. Default:
    none."""


class CompletionKeywords(CompletionOptions, StreamCallOptions, total=False):
    """Every keyword of `client.completions`, except prompt and stream."""


WITHDRAWN = RENDER_ONLY
"""Options of vLLM that a completion call does not accept, with the reason."""
