"""Options that have an effect only when a request is rendered, not when it is answered."""

from typing import Literal, TypedDict


class RenderedMedia(TypedDict, total=False):
    """What a rendered request holds of images, audio and video."""

    mm_payload: Literal["tensors", "none"]
    """Whether `features` holds the tensors of media. Default: "tensors"."""


class RenderedTokens(RenderedMedia, total=False):
    """What a rendered request holds beside its token ids."""

    return_token_offsets: bool | None
    """Whether to report where each token stands in the text. Default: False."""


DEPRECATED = {"return_mm_kwargs": 'deprecated; False is mm_payload="none" of render()'}
"""Options that vLLM calls deprecated -> the reason why no method offers them."""

_NO_EFFECT = "only render() has a use for it; vLLM ignores it here"

RENDER_ONLY_MEDIA = DEPRECATED | dict.fromkeys(RenderedMedia.__optional_keys__, _NO_EFFECT)
"""Those that all generating routes have and ignore -> the reason why they are withdrawn there."""

RENDER_ONLY = DEPRECATED | dict.fromkeys(RenderedTokens.__optional_keys__, _NO_EFFECT)
"""The same for chat and text completions."""
