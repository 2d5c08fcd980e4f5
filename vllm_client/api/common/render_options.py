"""Options that have an effect only when a request is rendered."""

from typing import Literal, TypedDict


class RenderedMedia(TypedDict, total=False):
    """The content of a rendered request with images, audio or video."""

    mm_payload: Literal["tensors", "none"]
    """Whether `features` contains the tensors of media items ("tensors") or not ("none"). Default:
    "tensors"."""


class RenderedTokens(RenderedMedia, total=False):
    """The content of a rendered request beyond its token ids."""

    return_token_offsets: bool | None
    """Whether to return the position of each token in the text. Default: False."""


DEPRECATED = {"return_mm_kwargs": 'deprecated; False is mm_payload="none" of render()'}
"""Options that vLLM has deprecated, and that no method accepts, with the reason."""

_NO_EFFECT = "it has an effect only in render(); vLLM ignores it here"

RENDER_ONLY_MEDIA = DEPRECATED | dict.fromkeys(RenderedMedia.__optional_keys__, _NO_EFFECT)
"""Options that every route for generation ignores, and that therefore no method for generation
accepts, with the reason."""

RENDER_ONLY = DEPRECATED | dict.fromkeys(RenderedTokens.__optional_keys__, _NO_EFFECT)
"""Options that chat and text completions ignore, and therefore do not accept, with the reason."""
