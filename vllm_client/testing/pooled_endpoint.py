"""Endpoints that answer with numbers: embeddings, pooling, scores, classes."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from .body_kinds import Kind
from .endpoint import Endpoint, Refuse, refuse
from .ids import id_after
from .replies import ModelReply, ReceivedRequest
from .request_checks import (
    PAUSED,
    Refusal,
    check_conversation,
    check_prompts,
    read_json,
    read_shape,
)
from .server_state import ServerState
from .socket_steps import SocketResponse
from .tokenizer import chat_prompt, cut

Json = Mapping[str, Any]
Tokens = Sequence[str]


@frozen
class PooledRequest:
    """A valid request, and the parts of its answer.

    Attributes:
        id: The id of the answer.
        created: When it was created, as a Unix time.
        model: The name of the model.
        body: The body as vLLM parses it.
        inputs: The tokens of each text or pair of texts.
        reply: The scripted reply, if any.
    """

    id: str
    created: int
    model: str
    body: Json
    inputs: Sequence[Tokens]
    reply: ModelReply | None = None

    @property
    def tokens(self) -> int:
        return sum(map(len, self.inputs))

    @property
    def usage(self) -> dict[str, Any]:
        return {
            "prompt_tokens": self.tokens,
            "total_tokens": self.tokens,
            "completion_tokens": 0,
            "prompt_tokens_details": None,
            "completion_tokens_details": None,
        }

    @property
    def frame(self) -> dict[str, Any]:
        """The first fields of most answers."""
        return {
            "id": self.id,
            "object": "list",
            "created": self.created,
            "model": self.model,
        }


def _check_name(body: Json, state: ServerState) -> None:
    model, names = body.get("model"), state.model_names
    if names is not None and model is not None and model not in names:
        raise Refusal(f"The model `{model}` does not exist.", code=404)


@frozen
class PooledEndpoint(Endpoint):
    """An endpoint that answers with numbers, described by what differs between families.

    Attributes:
        stem: The beginning of its ids.
        shape: The schema of the body.
        check: Function that raises `Refusal` for an invalid body.
        inputs: Function that returns the tokens of each text.
        write: Function that makes the answer.
        accepts: The types of replies that a script may have.
        refuse: Function that encodes the route's errors.
        check_name: Function that raises `Refusal` for an unknown model.
    """

    stem: str
    shape: Kind
    check: Callable[[Json, ServerState], None]
    inputs: Callable[[Json, ServerState], Sequence[Tokens]]
    write: Callable[[PooledRequest, ServerState], SocketResponse]
    accepts: tuple[type, ...]
    refuse: Refuse = refuse
    check_name: Callable[[Json, ServerState], None] = _check_name

    def read(self, request: ReceivedRequest, state: ServerState) -> PooledRequest:
        """Return the parsed request. Raise `Refusal` if vLLM would reject it."""
        body = read_shape(self.shape, read_json(request))
        self.check_name(body, state)
        self.check(body, state)
        inputs = [_fitted(one, body, state) for one in self.inputs(body, state)]
        if state.refuses:
            raise Refusal(PAUSED, None, 503, "ServiceUnavailableError")
        if state.engine is not None:
            state.engine.check_room(len(inputs))
        return PooledRequest(
            id=id_after(self.stem)(request, body),
            created=int(time.time()),
            model=body.get("model") or state.settings.default_model,
            body=body,
            inputs=inputs,
        )

    def answer(
        self,
        request: ReceivedRequest,
        accepted: PooledRequest,
        script: Sequence[ModelReply],
        state: ServerState,
    ) -> SocketResponse:
        """Return the answer; an empty script means numbers derived from the texts."""
        response = self.write(evolve(accepted, reply=script[0]) if script else accepted, state)
        if state.engine is None:
            return response
        cache = accepted.model, accepted.body.get("cache_salt")
        return state.engine.begin([(each, 0) for each in accepted.inputs], cache).timed(response)


def texts_of(body: Json, state: ServerState) -> list[Tokens]:
    """Return the tokens of each text in `input` or conversation in `messages`."""
    if "input" not in body:
        messages = body["messages"]
        check_conversation(messages)
        several = isinstance(messages[0], list)
        return [cut(chat_prompt(one)) for one in (messages if several else [messages])]
    given = body["input"]
    check_prompts(given)
    several = isinstance(given, list) and not isinstance(given[0], int)
    cuts = body.get("truncate_prompt_tokens") is not None
    return [_tokens(one, state, cuts=cuts) for one in (given if several else [given])]


def _tokens(text: Any, state: ServerState, *, cuts: bool) -> Tokens:
    """Return the tokens of a text, of token ids, or of chat messages."""
    if isinstance(text, str):
        if not cuts:
            check_length(text, state)
        return cut(text)
    parts = text if isinstance(text, list) else [text]
    if isinstance(parts[0], int):
        return state.vocabulary.tokens(parts)
    return cut(chat_prompt(parts))


# Maximum characters per token, as in the model from which the error messages were recorded.
_CHARACTERS = 16


def check_length(text: str, state: ServerState) -> None:
    """Raise `Refusal` for a text that is too long for any tokenization."""
    limit = state.settings.max_model_len
    most = limit * _CHARACTERS
    if len(text) > most:
        raise Refusal(
            f"This model's maximum context length is {limit} tokens. However, your prompt contains"
            f" {len(text)} characters (more than {most} characters, which is the upper bound for"
            f" {limit} input tokens). Please reduce the length of the input prompt."
            f" (parameter=input_text, value={len(text)})",
            "input_text",
        )


def _fitted(tokens: Tokens, body: Json, state: ServerState) -> Tokens:
    """Return the tokens, truncated if requested. Raise `Refusal` if there are too many."""
    limit = state.settings.max_model_len
    cut_at = body.get("truncate_prompt_tokens")
    if cut_at is not None and cut_at > limit:
        raise Refusal(
            "truncate_prompt_tokens value is greater than max_model_len."
            " Please request a smaller truncation size."
        )
    if cut_at is not None:
        return tokens[: limit if cut_at == -1 else cut_at]
    if len(tokens) > limit:
        raise Refusal(
            f"This model's maximum context length is {limit} tokens. However, your prompt contains"
            f" {len(tokens)} input tokens, which exceeds this limit even without any output tokens."
            " Please reduce the length of the input prompt."
            f" (parameter=input_tokens, value={len(tokens)})",
            "input_tokens",
        )
    return tokens
