"""/inference/v1/generate: token ids in, token ids out."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from attrs import frozen

from .. import body_shapes
from ..body_kinds import Literal
from ..default_replies import default_chat, default_completion
from ..generation import Choice, Generation, Kind, Token
from ..generation_endpoint import GenerationEndpoint, Prompt
from ..ids import id_after
from ..logprobs import chat_logprobs, token_logprobs
from ..request_checks import Refusal, read_shape
from ..server_state import ServerState
from ..server_version import DONE, VersionBehavior, event
from ..socket_steps import Step
from ..tokenizer import END_OF_TEXT, Tokenizer, chat_messages
from .answer_text import parse, parsed_message

Json = Mapping[str, Any]


@frozen
class GenerateAnswer:
    """Writer of one generation as token ids, with text if requested."""

    generation: Generation
    dialect: VersionBehavior
    vocabulary: Tokenizer

    def plain(self) -> dict[str, Any]:
        """Return the plain answer."""
        return {
            "request_id": self.generation.id,
            "model": self.generation.model,
            "created": self.generation.created,
            "usage": self._plain_usage(),
            "prompt_logprobs": self._prompt_logprobs(),
            "prompt_token_id_logprobs": None,
            "prompt_token_ids": self._prompt_ids() if self.generation.return_token_ids else None,
            "mm_placeholders": None,
            "metrics": None,
            "kv_transfer_params": None,
            "ec_transfer_params": None,
            "output_mode": self._mode,
            "choices": [self._plain_choice(choice) for choice in self.generation.choices],
        }

    def stream(self) -> Iterator[Step]:
        """Yield tokens, usage if requested, and [DONE]; an error replaces the rest."""
        first = self.generation.return_token_ids
        for steps, choice, position in self.generation.steps():
            yield from steps
            yield event(self._chunk(choice, position, first=first))
            first = False
        error = self.generation.error
        if error is not None:
            yield self.dialect.error_event(error.code, error.message, error.type)
        elif self.generation.include_usage:
            yield event(self._usage_chunk())
        yield DONE

    @property
    def _mode(self) -> str:
        return str(self.generation.body.get("output_mode") or "tokens")

    def _plain_choice(self, choice: Choice) -> Json:
        return self._choice(choice, choice.tokens, ends=True)

    def _chunk(self, choice: Choice, position: int, *, first: bool) -> Json:
        shown = self._choice(choice, [choice.tokens[position]], ends=choice.ends(position))
        return {
            "request_id": self.generation.id,
            "usage": None,
            **({"prompt_token_ids": self._prompt_ids()} if first else {}),
            "output_mode": self._mode,
            "choices": [shown],
        }

    def _choice(self, choice: Choice, tokens: Sequence[Token], *, ends: bool) -> Json:
        """Return a choice with these tokens. `ends`: whether they include the last one."""
        reason = choice.finish_reason if ends else None
        message = self._message(choice) if self._mode == "derender" else None
        text = {"text": "".join(token.text for token in tokens)}
        return {
            "index": choice.index,
            "finish_reason": "tool_calls" if message and "tool_calls" in message else reason,
            "stop_reason": choice.stop_reason if ends else None,
            "token_ids": self.vocabulary.encode(map(_name, tokens)),
            "routed_experts": None,
            "sampling_mask": None,
            "weight_versions": self.generation.weight_spans(choice) if ends else None,
            **(text if self._mode == "text" else {}),
            **({"message": message} if message else {}),
            "logprobs": self._logprobs(tokens),
        }

    def _message(self, choice: Choice) -> Json:
        """Return the message found by the parsers, with the context that /render returned."""
        context = self.generation.body.get("parse_context") or {}
        parsed = parse("".join(token.text for token in choice.tokens), context, self.dialect)
        return parsed_message(parsed, self.dialect)

    def _logprobs(self, tokens: Sequence[Token]) -> Json | None:
        rivals = self.generation.request.get("logprobs")
        if rivals is None:
            return None
        names = [_name(token) for token in tokens]
        if self._mode == "text":
            return chat_logprobs({"logprobs": True, "top_logprobs": rivals}, names)
        return token_logprobs(names, rivals, self.vocabulary)

    def _prompt_ids(self) -> list[int]:
        return list(self.generation.body["token_ids"])

    def _prompt_logprobs(self) -> list[Json | None] | None:
        if self.generation.request.get("prompt_logprobs") is None:
            return None
        ids = self._prompt_ids()
        told = [
            {f"{id}": {"logprob": -0.0009765625, "rank": 1, "decoded_token": token}}
            for id, token in zip(ids, self.vocabulary.tokens(ids), strict=True)
        ]
        return [None, *told[1:]]

    def _plain_usage(self) -> Json:
        details = {
            "cached_tokens": self.generation.cached_tokens,
            "created_cache_tokens": None,
            "multimodal_tokens": None,
        }
        return {
            **self.generation.counts(),
            "prompt_tokens_details": details,
            "completion_tokens_details": None,
            **self.generation.usage,
        }

    def _usage_chunk(self) -> Json:
        details = {"prompt_tokens_details": {"cached_tokens": self.generation.cached_tokens}}
        return {
            "request_id": self.generation.id,
            "usage": {**self.generation.counts(), **details, **self.generation.usage},
            "output_mode": self._mode,
            "choices": [],
        }


def _name(token: Token) -> str:
    return END_OF_TEXT if token.kind is Kind.END else token.text


_MODES = ("tokens", "text", "derender")
_NO_CONTEXT = (
    "output_mode='derender' requires parse_context on a server with a tool or reasoning parser."
    " Use the one returned by /render."
)


def _check(body: Json, state: ServerState) -> None:
    dialect = state.settings.dialect
    modes = _MODES if dialect.since(0, 33) else _MODES[:2]
    if "output_mode" in body:
        read_shape(Literal(*modes), body["output_mode"], "body.output_mode")
    if body.get("output_mode") == "derender":
        _check_derender(body, dialect)
    count, most = len(body["token_ids"]), state.settings.max_model_len
    if count > most:
        raise Refusal(f"Input length ({count}) exceeds model's maximum context length ({most}).")


def _check_derender(body: Json, dialect: VersionBehavior) -> None:
    if body.get("stream"):
        raise Refusal("output_mode='derender' does not support stream=true.")
    if dialect.parses and body.get("parse_context") is None:
        raise Refusal(_NO_CONTEXT)


def _options(body: Json, state: ServerState) -> Json:
    """Return the options: `sampling_params`, and the streaming options beside it."""
    names = ("model", "stream", "stream_options", "return_token_ids")
    given = {name: body[name] for name in names if name in body}
    return {**body["sampling_params"], **given}


def _prompts(body: Json, options: Json, vocabulary: Tokenizer) -> list[Prompt]:
    tokens = vocabulary.tokens(body["token_ids"])
    text = "".join(tokens)
    messages = chat_messages(text)
    if messages is None:
        return [Prompt(tokens, partial(default_completion, text))]
    context = body.get("parse_context") or {}
    return [Prompt(tokens, partial(default_chat, {**context, "messages": messages}))]


GENERATE = GenerationEndpoint(
    name=id_after("generate-tokens-"),
    shape=body_shapes.GENERATE,
    writer=GenerateAnswer,
    prompts=_prompts,
    check=_check,
    options=_options,
    parsed=False,
)
