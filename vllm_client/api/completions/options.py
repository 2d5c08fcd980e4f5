"""The options of text completions, as keywords for editors and type checkers."""

from ..common.generation import GenerationOptions
from ..common.options import StreamCallOptions, Strings
from ..common.render_options import RENDER_ONLY
from ..common.sampling import LogprobTokens
from ..common.shown_keywords import shows_keys
from ..common.structured_outputs import FormatOption
from ..common.templates import PromptTokens


@shows_keys
class CompletionOptions(GenerationOptions, LogprobTokens, FormatOption, PromptTokens, total=False):
    """The options of `client.completions`, beside prompt and stream."""

    logprobs: int | None
    """Report the log probability of each token and of so many alternatives. Default: none."""
    max_tokens: int | None
    """Max tokens to generate. Default: 16."""
    n: int
    """Number of answers to each prompt. Default: 1."""
    suffix: str | None
    """The text after a gap, for models that fill gaps; others refuse it. Default: none."""
    echo: bool | None
    """Whether the answer begins with the prompt. Default: False."""
    prompt_embeds: str | Strings | None
    """Prompts as base64 of serialized tensors, beside or instead of text. Default: none."""


class CompletionKeywords(CompletionOptions, StreamCallOptions, total=False):
    """Every keyword of a text completion call, beside prompt and stream."""


WITHDRAWN = RENDER_ONLY
"""Options of vLLM that a completion call does not offer -> the reason."""
