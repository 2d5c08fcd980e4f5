"""A request in the engine model."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from attrs import define, field

BLOCK_SIZE = 16
"""Tokens per block of the KV cache, as in vLLM's default."""


@define(eq=False)
class EngineRequest:
    """One sequence: a prompt, and the number of tokens that the model generates.

    The caller sets the attributes below; the engine sets all others.

    Attributes:
        prompt_tokens: The length of the prompt.
        output_tokens: How many tokens to generate.
        prefix: A key for each leading block of the prompt that other prompts may share. Equal keys
            mean equal tokens up to the end of that block.
        tag: Any value of the caller's.
    """

    prompt_tokens: int
    output_tokens: int
    prefix: Sequence[Hashable] = ()
    tag: Any = None
    started_at: float | None = field(default=None, init=False)  # when it was first scheduled
    has_ended: bool = field(default=False, init=False)
    is_aborted: bool = field(default=False, init=False)
    cached_tokens: int = field(default=0, init=False)  # prompt tokens found in the prefix cache
    preemptions: int = field(default=0, init=False)
    generated: int = field(
        default=0, init=False
    )  # tokens generated before the current decoding phase
    to_prefill: int = field(
        default=0, init=False
    )  # number of tokens: the prompt, and those lost by preemption
    computed: int = field(default=0, init=False)  # number of tokens of `to_prefill` computed so far
    most_computed: int = field(default=0, init=False)  # maximum of `computed` over preemptions
    is_decoding: bool = field(default=False, init=False)
    decodes_since: int = field(default=0, init=False)  # the step that ended the prefill
    block_phase: int = field(default=0, init=False)  # needs a new block when step % 16 equals this

    def __attrs_post_init__(self) -> None:
        # vLLM computes at least the last token of a prompt, even if all of it is cached.
        self.prefix = self.prefix[: max(self.prompt_tokens - 1, 0) // BLOCK_SIZE]

    def decoded(self, step: int) -> int:
        """Return the number of tokens decoded up to the end of this step."""
        return step - self.decodes_since if self.is_decoding else 0

    def own_blocks(self, step: int = 0) -> int:
        """Return the number of blocks at the end of this step, without those of the prefix."""
        return -(-(self.to_prefill + self.decoded(step)) // BLOCK_SIZE) - len(self.prefix)
