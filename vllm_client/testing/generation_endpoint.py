"""Endpoints that generate: parse a request, generate choices, write the answer.

The differences between families are the fields of `GenerationEndpoint`.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, Protocol

from attrs import evolve, frozen

from . import request_checks as checks
from .abort import Abort
from .body_kinds import Kind
from .endpoint import EVENT_STREAM, Endpoint, Refuse, refuse
from .engine.driver import EngineRun
from .generation import Choice, Generation, choose, max_tokens
from .replies import InStreamError, ReceivedRequest, Reply
from .request_checks import Refusal
from .server_state import ServerState
from .server_version import VersionBehavior, json_answer
from .socket_steps import SocketResponse, Step
from .tokenizer import Tokenizer

Json = Mapping[str, Any]


class AnswerWriter(Protocol):
    """Writer of one generation in the format of a family."""

    def plain(self) -> Mapping[str, Any]:
        """Return the plain answer."""
        ...

    def stream(self) -> Iterable[Step]:
        """Yield the events of the streamed answer."""
        ...


@frozen
class Prompt:
    """The tokens of a prompt, and the reply to it if there is no script."""

    tokens: Sequence[str]
    default: Callable[[], Reply]


@frozen
class Accepted:
    """A valid request.

    Attributes:
        body: The body as vLLM parses it.
        options: Its options, with chat's names.
        prompts: Its prompts, at least one.
        rejection: The error with which the engine rejects it, if any.
    """

    body: Json
    options: Json
    prompts: Sequence[Prompt]
    rejection: InStreamError | None = None


def _begin(generation: Generation, state: ServerState) -> EngineRun | None:
    """Begin a generation's sequences in the engine, if the server has one."""
    if state.engine is None or generation.is_rejected:
        return None
    choices, prompts = generation.choices, generation.prompts
    each = len(choices) // len(prompts)
    return state.engine.begin(
        [(prompts[choice.index // each], len(choice.tokens)) for choice in choices],
        (generation.model, generation.body.get("cache_salt")),
    )


def _rejection(options: Json) -> InStreamError:
    """Return the error of a paused server. Its type differs between streams and plain answers."""
    type = "InternalServerError" if options.get("stream") else "ServiceUnavailableError"
    return InStreamError(checks.PAUSED, 503, type)


def unchanged(body: Json, state: ServerState) -> Json:
    """Return a body whose options already have chat's names."""
    return body


@frozen
class GenerationEndpoint(Endpoint):
    """An endpoint that generates text, described by what differs between families.

    Attributes:
        name: Function that returns the id of an answer.
        shape: The schema of the body.
        writer: Class that writes the answer.
        prompts: Function that returns the prompts for a body and its options.
        check: Function that raises `Refusal` for an invalid body.
        options: Function that returns the body's options with chat's names.
        parsed: Whether the server's parsers read the generated text.
        read_body: Function that decodes the body.
        refuse: Function that encodes the route's errors.
        accepts: The types of replies that a script may have.
    """

    name: Callable[[ReceivedRequest, Json], str]
    shape: Kind
    writer: Callable[[Generation, VersionBehavior, Tokenizer], AnswerWriter]
    prompts: Callable[[Json, Json, Tokenizer], list[Prompt]]
    check: Callable[[Json, ServerState], None]
    options: Callable[[Json, ServerState], Json] = unchanged
    parsed: bool = True
    read_body: Callable[[ReceivedRequest], Json] = checks.read_json
    refuse: Refuse = refuse
    accepts: tuple[type, ...] = (Reply,)

    def read(self, request: ReceivedRequest, state: ServerState) -> Accepted:
        """Return the parsed request. Raise `Refusal` if vLLM would reject it."""
        settings = state.settings
        body = checks.read_shape(self.shape, self.read_body(request))
        self.check(body, state)
        options = self.options(body, state)
        checks.check_model(body, state.model_names, settings.served_models)
        checks.check_tools(options, settings.dialect.tool_parser)
        checks.check_numbers(options, settings.max_model_len)
        prompts = self.prompts(body, options, state.vocabulary)
        for prompt in prompts:
            checks.check_prompt(len(prompt.tokens), settings.max_model_len)
        if state.engine is not None:
            state.engine.check_room(len(prompts) * (options.get("n") or 1))
        rejection = _rejection(options) if state.refuses else None
        return Accepted(body, options, prompts, rejection)

    def asks_model(self, accepted: Accepted) -> bool:
        return accepted.rejection is None

    def answer(
        self,
        request: ReceivedRequest,
        accepted: Accepted,
        script: Sequence[Reply],
        state: ServerState,
    ) -> SocketResponse:
        """Return the answer to a valid request; an empty script means a default reply."""
        generation = self._generate(request, accepted, script, state)
        generation.abort.run = _begin(generation, state)
        # A background response continues after the client's connection has closed.
        if generation.body.get("background"):
            return self._written(generation, state)
        state.running.begin(generation.id, generation.abort)
        ended = partial(state.running.end, generation.id, generation.abort)
        return evolve(self._timed(generation, state), on_end=ended)

    def _timed(self, generation: Generation, state: ServerState) -> SocketResponse:
        """Delay a stream until its first token, a plain answer until its last one."""
        run = generation.run
        if generation.request.get("stream"):
            response = self._written(generation, state)
            first = () if run is None else (run.token(0, 1),)
            return evolve(response, body=chain(first, response.body))
        wait = 0.0 if generation.error else generation.wait
        return SocketResponse(
            200,
            {},
            before=[*(() if run is None else (run.whole(),)), *generation.abort.pause(wait)],
            late=lambda: self._written(generation.so_far(), state),
        )

    def _written(self, generation: Generation, state: ServerState) -> SocketResponse:
        writer = self.writer(generation, state.settings.dialect, state.vocabulary)
        return self.write(generation, writer, state)

    def write(
        self, generation: Generation, writer: AnswerWriter, state: ServerState
    ) -> SocketResponse:
        """Return the generation as a stream, a plain answer or an error."""
        if generation.request.get("stream"):
            return SocketResponse(200, EVENT_STREAM, writer.stream(), length=None)
        error = generation.error
        if error is not None:
            refusal = Refusal(error.message, None, error.code, error.type)
            return self.refuse(refusal, state.settings.dialect)
        return json_answer(writer.plain())

    def _generate(
        self,
        request: ReceivedRequest,
        accepted: Accepted,
        script: Sequence[Reply],
        state: ServerState,
    ) -> Generation:
        options, prompts, settings = accepted.options, accepted.prompts, state.settings
        n = options.get("n") or 1
        replies = script or [prompt.default() for prompt in prompts for _ in range(n)]
        first = replies[0]
        room = settings.max_model_len - max(len(prompt.tokens) for prompt in prompts)
        return Generation(
            id=self.name(request, accepted.body),
            created=int(time.time()),
            model=accepted.body.get("model") or settings.default_model,
            body=accepted.body,
            request=options,
            prompts=[prompt.tokens for prompt in prompts],
            choices=self._choices(options, replies, n * len(prompts), settings.dialect),
            max_tokens=min(max_tokens(options) or room, room),
            usage=first.usage,
            error=accepted.rejection or first.error,
            abort=Abort(requests=1 if n == 1 else n + 1),
            is_rejected=accepted.rejection is not None,
            pace=settings.pace if first.pace is None else first.pace,
            weight_version=state.weight_version,
        )

    def _choices(
        self, options: Json, replies: Sequence[Reply], count: int, dialect: VersionBehavior
    ) -> list[Choice]:
        return [
            choose(
                index,
                replies[index % len(replies)],
                options,
                reasoning_parser=self.parsed and dialect.reasoning_parser,
                tool_parser=self.parsed and dialect.tool_parser,
            )
            for index in range(count)
        ]
