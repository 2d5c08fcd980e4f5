"""A generation request and perhaps a script's reply become an answer, for every family that has
these: what sets them apart is in their `GenerationEndpoint`.
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
    """Write one generation in the form of a family."""

    def plain(self) -> Mapping[str, Any]:
        """The whole answer."""
        ...

    def stream(self) -> Iterable[Step]:
        """Its events."""
        ...


@frozen
class Prompt:
    """The prompt in tokens, and the default answer of the model without a script."""

    tokens: Sequence[str]
    default: Callable[[], Reply]


@frozen
class Accepted:
    """A request that vLLM accepts.

    `body`: as vLLM reads it; `options`: those in the words of chat; `prompts`: at least one;
    `rejection`: why the engine does not take it, all the same.
    """

    body: Json
    options: Json
    prompts: Sequence[Prompt]
    rejection: InStreamError | None = None


def _begin(generation: Generation, state: ServerState) -> EngineRun | None:
    """The sequences of a generation in the engine, if the server has one."""
    if state.engine is None or generation.is_rejected:
        return None
    choices, prompts = generation.choices, generation.prompts
    each = len(choices) // len(prompts)
    return state.engine.begin(
        [(prompts[choice.index // each], len(choice.tokens)) for choice in choices],
        (generation.model, generation.body.get("cache_salt")),
    )


def _rejection(options: Json) -> InStreamError:
    """Streams and plain answers call the same error by different names."""
    type = "InternalServerError" if options.get("stream") else "ServiceUnavailableError"
    return InStreamError(checks.PAUSED, 503, type)


def unchanged(body: Json, state: ServerState) -> Json:
    """The options of a body that has the words of chat."""
    return body


@frozen
class GenerationEndpoint(Endpoint):
    """The parts that differ between families that generate text.

    `name` gives the answer's id; `shape` is that of the body; `check` raises `Refusal`; `options`
    gives the body's options in the words of chat; `prompts` gives what the model reads for a body
    and these options; `parsed`: whether the server's parsers read what the model says.
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
        """The parsed request. Raises `Refusal` when vLLM would refuse it."""
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
        """The answer to an accepted request; an empty script means a default reply."""
        generation = self._generate(request, accepted, script, state)
        generation.abort.run = _begin(generation, state)
        # A response in the background goes on without the connection that asked for it.
        if generation.body.get("background"):
            return self._written(generation, state)
        state.running.begin(generation.id, generation.abort)
        ended = partial(state.running.end, generation.id, generation.abort)
        return evolve(self._timed(generation, state), on_end=ended)

    def _timed(self, generation: Generation, state: ServerState) -> SocketResponse:
        """A stream that begins with its first token, or a plain answer with its last one."""
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
        """The generation as a stream, as one answer or as an error."""
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
