"""A request inside the engine model."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from attrs import define, field

BLOCK_SIZE = 16
"""Tokens in a block of the KV cache, as vLLM's default."""


@define(eq=False)
class EngineRequest:
    """One sequence: a prompt, and how many tokens the model answers with.

    `prefix`: a key for each leading block of the prompt that other prompts may share; equal keys
    mean equal tokens up to the end of that block. `tag` belongs to the caller. The other fields
    belong to the engine.
    """

    prompt_tokens: int
    output_tokens: int
    prefix: Sequence[Hashable] = ()
    tag: Any = None
    started_at: float | None = field(default=None, init=False)  # first scheduled
    has_ended: bool = field(default=False, init=False)
    is_aborted: bool = field(default=False, init=False)
    cached_tokens: int = field(default=0, init=False)  # of the prompt, found in the prefix cache
    preemptions: int = field(default=0, init=False)
    generated: int = field(default=0, init=False)  # before the decoding that is in progress
    to_prefill: int = field(default=0, init=False)  # prompt, and what a preemption lost
    computed: int = field(default=0, init=False)  # of them
    most_computed: int = field(default=0, init=False)  # before a preemption, too
    is_decoding: bool = field(default=False, init=False)
    decodes_since: int = field(default=0, init=False)  # the step that ended the prefill
    block_phase: int = field(default=0, init=False)  # it needs a block when step % 16 is this

    def __attrs_post_init__(self) -> None:
        # vLLM computes at least the last token of a prompt that is cached as a whole.
        self.prefix = self.prefix[: max(self.prompt_tokens - 1, 0) // BLOCK_SIZE]

    def decoded(self, step: int) -> int:
        """Tokens that decoding has made up to the end of this step."""
        return step - self.decodes_since if self.is_decoding else 0

    def own_blocks(self, step: int = 0) -> int:
        """Blocks at the end of this step that are not those of the prefix."""
        return -(-(self.to_prefill + self.decoded(step)) // BLOCK_SIZE) - len(self.prefix)
