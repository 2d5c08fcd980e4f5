"""The options of text completions, as keywords for editors and type checkers."""

from ..common.options import FormatOption, GenerationCallOptions, GenerationOptions, Strings


class CompletionOptions(GenerationOptions, FormatOption, total=False):
    """The options of `client.completions`, beside model, prompt and stream."""

    logprobs: int | None
    """Tell the log probability of each token and of so many alternatives. Default: none."""
    max_tokens: int | None
    """The most tokens to write. Default: 16."""
    n: int
    """How many answers to each prompt. Default: 1."""
    suffix: str | None
    """The text after a gap, for models that fill gaps; the others refuse it. Default: none."""
    echo: bool | None
    """Whether the answer begins with the prompt. Default: False."""
    add_special_tokens: bool
    """Whether the prompt gets special tokens, such as the opening one. Default: True."""
    prompt_embeds: str | Strings | None
    """Prompts as base64 of serialized tensors, beside or instead of text. Default: none."""


class CompletionKeywords(CompletionOptions, GenerationCallOptions, total=False):
    """Every keyword of a text completion call, beside model, prompt and stream."""
