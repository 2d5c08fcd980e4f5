"""/v1/chat/completions: write a generation as vLLM does, plain or streamed."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from attrs import frozen

from .. import body_shapes
from ..default_replies import default_chat
from ..generation import Choice, Generation, Kind, Token
from ..generation_endpoint import GenerationEndpoint, Prompt
from ..ids import id_after
from ..logprobs import chat_logprobs
from ..request_checks import check_chat
from ..server_version import DONE, VersionBehavior, event
from ..socket_steps import Step
from ..tokenizer import END_OF_TURN, Tokenizer, chat_prompt, cut

Json = dict[str, Any]


@frozen
class ChatAnswer:
    """Writer of one generation, in the format of one version."""

    generation: Generation
    dialect: VersionBehavior
    vocabulary: Tokenizer

    def plain(self) -> Json:
        """Return the plain answer."""
        return {
            **self._frame("chat.completion"),
            "choices": [self._plain_choice(choice) for choice in self.generation.choices],
            "service_tier": None,
            "system_fingerprint": self.dialect.fingerprint,
            "usage": self._plain_usage(),
            "prompt_logprobs": None,
            "prompt_token_ids": self._prompt_ids(),
            "prompt_text": None,
            "kv_transfer_params": None,
            "ec_transfer_params": None,
            "metrics": None,
        }

    def stream(self) -> Iterator[Step]:
        """Yield roles, deltas, usage if requested, and [DONE]; an error replaces the rest."""
        error = self.generation.error
        if error is None or error.after:
            yield from (event(self._role_chunk(choice)) for choice in self.generation.choices)
        for steps, choice, position in self.generation.steps():
            yield from steps
            yield event(self._delta_chunk(choice, position))
        if error is not None:
            yield self.dialect.error_event(error.code, error.message, error.type)
        elif self.generation.include_usage:
            yield event(self._usage_chunk())
        yield DONE

    def _frame(self, object: str) -> Json:
        return {
            "id": self.generation.id,
            "object": object,
            "created": self.generation.created,
            "model": self.generation.model,
        }

    def _plain_choice(self, choice: Choice) -> Json:
        return {
            "index": choice.index,
            "message": self._message(choice),
            "logprobs": self._logprobs(choice.tokens),
            "finish_reason": choice.finish_reason,
            "stop_reason": choice.stop_reason,
            "token_ids": self._token_ids(choice.tokens),
            "routed_experts": None,
            **self._weight_versions(choice),
        }

    def _message(self, choice: Choice) -> Json:
        calls = [self._plain_call(choice, number) for number in choice.begun_calls]
        reasoning = choice.text(Kind.REASONING) or None
        return {
            "role": "assistant",
            "content": self._plain_content(choice),
            "refusal": None,
            "annotations": None,
            "audio": None,
            "function_call": None,
            **({"tool_calls": calls} if calls else {}),
            **self.dialect.reasoning(reasoning),
        }

    def _plain_content(self, choice: Choice) -> str | None:
        forced = self.generation.request.get("tool_choice") not in (None, "auto", "none")
        if choice.begun_calls:
            return "" if forced else choice.content or None
        return choice.content or (None if choice.count(Kind.REASONING) else "")

    def _plain_call(self, choice: Choice, number: int) -> Json:
        id, name = choice.calls[number]
        function = {"name": name, "arguments": choice.text(Kind.ARGUMENTS, number)}
        return {"id": id, "type": "function", "function": function}

    def _role_chunk(self, choice: Choice) -> Json:
        delta = {"role": "assistant", "content": ""}
        return {
            **self._frame("chat.completion.chunk"),
            "choices": [
                {"index": choice.index, "delta": delta, "logprobs": None, "finish_reason": None}
            ],
            **self._running_usage(choice, 0),
            "prompt_token_ids": self._prompt_ids(),
            "prompt_text": None,
        }

    def _delta_chunk(self, choice: Choice, position: int) -> Json:
        token = choice.tokens[position]
        last = choice.ends(position)
        terminal = last and not self.generation.include_usage
        return {
            **self._frame("chat.completion.chunk"),
            "choices": [
                {
                    "index": choice.index,
                    "delta": self._delta(choice, token),
                    "logprobs": self._logprobs([token]),
                    "finish_reason": choice.finish_reason if last else None,
                    **({"stop_reason": choice.stop_reason} if last else {}),
                    "token_ids": self._token_ids([token]),
                    **(self._weight_versions(choice) if last else {}),
                }
            ],
            **self._running_usage(choice, position + 1),
            **({"system_fingerprint": self.dialect.fingerprint} if terminal else {}),
            **self.dialect.transfer_params,
        }

    def _weight_versions(self, choice: Choice) -> Json:
        return self.dialect.weight_versions(self.generation.wanted_weight_spans(choice))

    def _delta(self, choice: Choice, token: Token) -> Json:
        match token.kind:
            case Kind.REASONING:
                return dict(self.dialect.reasoning(token.text))
            case Kind.CONTENT:
                return {"content": token.text}
            case Kind.CALL:
                id, name = choice.calls[token.call]
                call = {"id": id, "type": "function", "index": token.call}
                return {"content": None, "tool_calls": [{**call, "function": {"name": name}}]}
            case Kind.ARGUMENTS:
                part = {"index": token.call, "function": {"arguments": token.text}}
                return {"content": None, "tool_calls": [part]}
            case Kind.END:
                return {} if self.dialect.parses else {"content": ""}

    def _usage_chunk(self) -> Json:
        details: Json = {"prompt_tokens_details": self._prompt_details()}
        if self.dialect.reasoning_parser:
            details["completion_tokens_details"] = self._reasoning_details()
        return {
            **self._frame("chat.completion.chunk"),
            "choices": [],
            "usage": {**self.generation.counts(), **details, **self.generation.usage},
            "system_fingerprint": self.dialect.fingerprint,
        }

    def _plain_usage(self) -> Json:
        return {
            **self.generation.counts(),
            "prompt_tokens_details": {**self._prompt_details(), "multimodal_tokens": None},
            "completion_tokens_details": self._reasoning_details(),
            **self.generation.usage,
        }

    def _prompt_details(self) -> Json:
        """Return details as a server with --enable-prompt-tokens-details."""
        return {
            "cached_tokens": self.generation.cached_tokens,
            "created_cache_tokens": self.generation.created_cache_tokens,
        }

    def _running_usage(self, choice: Choice, tokens: int) -> Json:
        if not self.generation.continuous_usage:
            return {}
        prompt = self.generation.prompt_tokens
        usage = {
            "prompt_tokens": prompt,
            "total_tokens": prompt + tokens,
            "completion_tokens": tokens,
        }
        reasoning = {"reasoning_tokens": min(tokens, choice.count(Kind.REASONING))}
        details = reasoning if self.dialect.reasoning_parser else None
        return {"usage": {**usage, "completion_tokens_details": details}}

    def _reasoning_details(self) -> Json | None:
        if not self.dialect.reasoning_parser:
            return None
        return {"reasoning_tokens": self.generation.reasoning_tokens}

    def _logprobs(self, tokens: Sequence[Token]) -> Json | None:
        return chat_logprobs(self.generation.request, [_name(token) for token in tokens])

    def _token_ids(self, tokens: Sequence[Token]) -> list[int] | None:
        if not self.generation.return_token_ids:
            return None
        return self.vocabulary.encode(_name(token) for token in tokens)

    def _prompt_ids(self) -> list[int] | None:
        if not self.generation.return_token_ids:
            return None
        return self.vocabulary.encode(self.generation.prompts[0])


def _name(token: Token) -> str:
    return END_OF_TURN if token.kind is Kind.END else token.text


def chat_prompts(
    body: Mapping[str, Any], options: Mapping[str, Any], vocabulary: Tokenizer
) -> list[Prompt]:
    """Return the conversation in these options as the only prompt."""
    tokens = cut(chat_prompt(options["messages"]))
    return [Prompt(tokens, partial(default_chat, options))]


CHAT = GenerationEndpoint(
    name=id_after("chatcmpl-"),
    shape=body_shapes.CHAT,
    writer=ChatAnswer,
    prompts=chat_prompts,
    check=lambda body, state: check_chat(body),
)
