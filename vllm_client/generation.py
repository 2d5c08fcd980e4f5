"""What chat and completion answers have in common."""

from __future__ import annotations

import json
import os
from typing import Any

import attrs

from .answer import Answer
from .errors import ParseError, shortened


@attrs.frozen(repr=False)
class PromptTokensDetails(Answer):
    """Of the prompt's tokens: how many the prefix cache held, and how many each modality took."""

    cached_tokens: int | None = None
    created_cache_tokens: int | None = None
    multimodal_tokens: dict[str, int] | None = None


@attrs.frozen(repr=False)
class CompletionTokensDetails(Answer):
    """Of the generated tokens: how many were reasoning."""

    reasoning_tokens: int | None = None


@attrs.frozen(repr=False)
class Usage(Answer):
    """Token counts of a request. `prompt_tokens_details` needs `--enable-prompt-tokens-details`."""

    prompt_tokens: int = 0
    completion_tokens: int | None = 0
    total_tokens: int = 0
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None


@attrs.frozen(repr=False)
class SpeculativeDecodingMetrics(Answer):
    """How well the draft model guessed."""

    mean_acceptance_length: float
    draft_acceptance_rate: float
    acceptance_histogram: list[int]
    num_spec_steps: int
    num_accepted_draft_tokens: int
    num_draft_tokens: int
    num_spec_tokens: int
    per_step_accepted: list[int] | None = None
    per_step_drafted: list[int] | None = None


@attrs.frozen(repr=False)
class RequestMetrics(Answer):
    """The server's own timing of the request, in milliseconds."""

    time_to_first_token_ms: float | None = None
    generation_time_ms: float | None = None
    queue_time_ms: float | None = None
    mean_itl_ms: float | None = None
    tokens_per_second: float | None = None
    speculative_decoding: SpeculativeDecodingMetrics | None = None


@attrs.frozen(repr=False)
class Logprob(Answer):
    """Of a prompt's token: its log probability and rank."""

    logprob: float
    rank: int | None = None
    decoded_token: str | None = None


@attrs.frozen(repr=False)
class FunctionCall(Answer):
    """Which function to call. `arguments` is the model's JSON text, as it came."""

    name: str
    arguments: str

    def parse(self) -> Any:
        """The arguments as an object. Raises ParseError when they are not whole, valid JSON."""
        try:
            return json.loads(self.arguments)  # integers of any size stay what they are
        except (ValueError, RecursionError) as error:
            problem = ParseError(f"the arguments of {self.name}() are not JSON: {error}")
            problem.body = shortened(self.arguments)
            raise problem from error


def new_call_id() -> str:
    """An id for a tool call that came without one."""
    return f"call_{os.urandom(12).hex()}"


@attrs.frozen(repr=False)
class ToolCall(Answer):
    """A call that the model asks for."""

    id: str = attrs.field(factory=new_call_id)
    type: str = "function"
    function: FunctionCall = attrs.field(kw_only=True)

    def as_input(self) -> dict[str, Any]:
        """The call as it goes back to the server, in an assistant message."""
        function = {"name": self.function.name, "arguments": self.function.arguments}
        return {"id": self.id, "type": self.type, "function": function}
