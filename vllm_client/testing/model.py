"""The simulated model: a request and perhaps a script's reply become an answer."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from attrs import frozen

from ..vllm.routes import CHAT_COMPLETIONS, COMPLETIONS
from . import request_checks as validation
from .chat import ChatAnswer
from .completions import CompletionAnswer
from .default_replies import default_chat, default_completion
from .generation import Choice, Generation, choose
from .replies import ReceivedRequest, Reply
from .server_version import json_answer
from .settings import SimulatorSettings
from .socket_steps import SocketResponse
from .tokenizer import Tokenizer, chat_prompt, cut

Json = Mapping[str, Any]


@frozen
class Endpoint:
    """What sets chat and completions apart.

    `check` raises `Refusal`; `prompts` gives the text of each prompt; `default` is what to say to
    one of them without a script; `parsed`: whether the server's parsers read what the model says.
    """

    stem: str
    writer: type[ChatAnswer] | type[CompletionAnswer]
    check: Callable[[Json], None]
    prompts: Callable[[Json, Tokenizer], list[str]]
    default: Callable[[Json, str], Reply]
    parsed: bool


def _completion_prompts(body: Json, vocabulary: Tokenizer) -> list[str]:
    prompt = body["prompt"]
    several = isinstance(prompt, list) and not isinstance(prompt[0], int)
    each = prompt if several else [prompt]
    return [p if isinstance(p, str) else vocabulary.decode(p) for p in each]


ENDPOINTS: Mapping[str, Endpoint] = {
    CHAT_COMPLETIONS.full_path: Endpoint(
        stem="chatcmpl",
        writer=ChatAnswer,
        check=validation.check_chat,
        prompts=lambda body, vocabulary: [chat_prompt(body["messages"])],
        default=lambda body, prompt: default_chat(body),
        parsed=True,
    ),
    COMPLETIONS.full_path: Endpoint(
        stem="cmpl",
        writer=CompletionAnswer,
        check=validation.check_completion,
        prompts=_completion_prompts,
        default=lambda body, prompt: default_completion(prompt),
        parsed=False,
    ),
}


@frozen
class SimulatedModel:
    """Answers generation requests."""

    settings: SimulatorSettings
    vocabulary: Tokenizer

    def answer(
        self, endpoint: Endpoint, request: ReceivedRequest, body: Json, script: Sequence[Reply]
    ) -> SocketResponse:
        """The answer to a request that was checked; an empty script means a default reply."""
        generation = self._generate(endpoint, request, body, script)
        writer = endpoint.writer(generation, self.settings.dialect, self.vocabulary)
        if body.get("stream"):
            return SocketResponse(200, _EVENT_STREAM, writer.stream(), length=None)
        wait = generation.pace * max(len(choice.tokens) for choice in generation.choices)
        error = generation.error
        if error is not None:
            return self.settings.dialect.error_answer(error.code, error.message, error.type)
        return json_answer(writer.plain(), wait=wait)

    def check(self, endpoint: Endpoint, body: Json) -> None:
        """Raises `Refusal` when vLLM would refuse this body."""
        settings = self.settings
        validation.check_types(body)
        endpoint.check(body)
        validation.check_model(body, settings.models)
        validation.check_tools(body, settings.dialect.tool_parser)
        validation.check_numbers(body, settings.max_model_len)
        for prompt in endpoint.prompts(body, self.vocabulary):
            validation.check_prompt(len(cut(prompt)), settings.max_model_len)

    def _generate(
        self, endpoint: Endpoint, request: ReceivedRequest, body: Json, script: Sequence[Reply]
    ) -> Generation:
        prompts = endpoint.prompts(body, self.vocabulary)
        n = body.get("n") or 1
        replies = script or [endpoint.default(body, prompt) for prompt in prompts for _ in range(n)]
        first = replies[0]
        return Generation(
            id=f"{endpoint.stem}-{_request_id(request, body)}",
            created=int(time.time()),
            model=body.get("model") or self.settings.default_model,
            request=body,
            prompts=[cut(prompt) for prompt in prompts],
            choices=self._choices(endpoint, body, replies, n * len(prompts)),
            usage=first.usage,
            error=first.error,
            pace=self.settings.pace if first.pace is None else first.pace,
        )

    def _choices(
        self, endpoint: Endpoint, body: Json, replies: Sequence[Reply], count: int
    ) -> list[Choice]:
        dialect = self.settings.dialect
        return [
            choose(
                index,
                replies[index % len(replies)],
                body,
                reasoning_parser=endpoint.parsed and dialect.reasoning_parser,
                tool_parser=endpoint.parsed and dialect.tool_parser,
            )
            for index in range(count)
        ]


_EVENT_STREAM = {"content-type": "text/event-stream; charset=utf-8"}


def _request_id(request: ReceivedRequest, body: Json) -> str:
    return request.headers.get("x-request-id") or body.get("request_id") or uuid4().hex[:16]
