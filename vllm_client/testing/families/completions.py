"""/v1/completions: write a generation as vLLM does, plain or streamed."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from attrs import frozen

from .. import body_shapes
from ..default_replies import default_completion
from ..generation import Choice, Generation, Kind, Token
from ..generation_endpoint import GenerationEndpoint, Prompt
from ..ids import id_after
from ..logprobs import completion_logprobs
from ..request_checks import check_completion
from ..server_state import ServerState
from ..server_version import DONE, VersionBehavior, event
from ..socket_steps import Step
from ..tokenizer import END_OF_TEXT, Tokenizer, cut

Json = dict[str, Any]


@frozen
class CompletionAnswer:
    """Writer of one generation, in the format of one version."""

    generation: Generation
    dialect: VersionBehavior
    vocabulary: Tokenizer

    def plain(self) -> Json:
        """Return the plain answer."""
        usage = {
            **self.generation.counts(),
            "prompt_tokens_details": {
                "cached_tokens": self.generation.cached_tokens,
                "created_cache_tokens": None,
                "multimodal_tokens": None,
            },
            "completion_tokens_details": None,
        }
        return {
            **self._frame(),
            "choices": [self._plain_choice(choice) for choice in self.generation.choices],
            "service_tier": None,
            "system_fingerprint": self.dialect.fingerprint,
            "usage": {**usage, **self.generation.usage},
            "kv_transfer_params": None,
            "ec_transfer_params": None,
            "metrics": None,
        }

    def stream(self) -> Iterator[Step]:
        """Yield texts, usage if requested, and [DONE]; an error replaces the rest."""
        offsets = [_offsets(choice) for choice in self.generation.choices]
        for steps, choice, position in self.generation.steps():
            yield from steps
            yield event(self._chunk(choice, position, offsets[choice.index][position]))
        error = self.generation.error
        if error is not None:
            yield self.dialect.error_event(error.code, error.message, error.type)
        elif self.generation.include_usage:
            yield event(self._usage_chunk())
        yield DONE

    def _frame(self) -> Json:
        return {
            "id": self.generation.id,
            "object": "text_completion",
            "created": self.generation.created,
            "model": self.generation.model,
        }

    def _plain_choice(self, choice: Choice) -> Json:
        return {
            "index": choice.index,
            "text": "".join(token.text for token in choice.tokens),
            "logprobs": self._logprobs(choice.tokens, 0),
            "finish_reason": choice.finish_reason,
            "stop_reason": choice.stop_reason,
            "token_ids": self._token_ids(choice.tokens),
            "prompt_logprobs": None,
            "prompt_token_ids": self._prompt_ids(choice),
            "routed_experts": None,
            **self.dialect.weight_versions(self.generation.wanted_weight_spans(choice)),
        }

    def _chunk(self, choice: Choice, position: int, offset: int) -> Json:
        token = choice.tokens[position]
        last = choice.ends(position)
        terminal = last and not self.generation.include_usage
        spans = self.generation.wanted_weight_spans(choice) if last else None
        return {
            **self._frame(),
            "choices": [
                {
                    "index": choice.index,
                    "text": token.text,
                    "logprobs": self._logprobs([token], offset),
                    "finish_reason": choice.finish_reason if last else None,
                    "stop_reason": choice.stop_reason if last else None,
                    "prompt_token_ids": None if position else self._prompt_ids(choice),
                    "token_ids": self._token_ids([token]),
                    **self.dialect.weight_versions(spans),
                }
            ],
            **self._running_usage(choice, position + 1),
            **({"system_fingerprint": self.dialect.fingerprint} if terminal else {}),
            **self.dialect.transfer_params,
        }

    def _usage_chunk(self) -> Json:
        details = {"prompt_tokens_details": {"cached_tokens": self.generation.cached_tokens}}
        return {
            **self._frame(),
            "choices": [],
            "usage": {**self.generation.counts(), **details, **self.generation.usage},
            "system_fingerprint": self.dialect.fingerprint,
        }

    def _running_usage(self, choice: Choice, tokens: int) -> Json:
        if not self.generation.continuous_usage:
            return {}
        prompt = len(self._prompt(choice))
        return {
            "usage": {
                "prompt_tokens": prompt,
                "total_tokens": prompt + tokens,
                "completion_tokens": tokens,
            }
        }

    def _prompt(self, choice: Choice) -> Sequence[str]:
        per_prompt = len(self.generation.choices) // len(self.generation.prompts)
        return self.generation.prompts[choice.index // per_prompt]

    def _prompt_ids(self, choice: Choice) -> list[int] | None:
        if not self.generation.return_token_ids:
            return None
        return self.vocabulary.encode(self._prompt(choice))

    def _token_ids(self, tokens: Sequence[Token]) -> list[int] | None:
        if not self.generation.return_token_ids:
            return None
        return self.vocabulary.encode(_name(token) for token in tokens)

    def _logprobs(self, tokens: Sequence[Token], offset: int) -> Json | None:
        names = [_name(token) for token in tokens]
        return completion_logprobs(self.generation.request, names, offset)


def _name(token: Token) -> str:
    return END_OF_TEXT if token.kind is Kind.END else token.text


def _offsets(choice: Choice) -> list[int]:
    return list(accumulate((len(token.text) for token in choice.tokens), initial=0))


def _prompts(
    body: Mapping[str, Any], options: Mapping[str, Any], vocabulary: Tokenizer
) -> list[Prompt]:
    prompt = body["prompt"]
    several = isinstance(prompt, list) and not isinstance(prompt[0], int)
    return [_prompt(one, vocabulary) for one in (prompt if several else [prompt])]


def _prompt(prompt: str | Sequence[int], vocabulary: Tokenizer) -> Prompt:
    tokens = cut(prompt) if isinstance(prompt, str) else vocabulary.tokens(prompt)
    return Prompt(tokens, partial(default_completion, "".join(tokens)))


def _check(body: Mapping[str, Any], state: ServerState) -> None:
    check_completion(body, names_prompt=state.settings.dialect.since(0, 33))


COMPLETIONS = GenerationEndpoint(
    name=id_after("cmpl-"),
    shape=body_shapes.COMPLETION,
    writer=CompletionAnswer,
    prompts=_prompts,
    check=_check,
    parsed=False,
)
