"""The generation for a request: a scripted or default reply, cut by the request's limits."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import islice
from typing import Any
from uuid import uuid4

from attrs import evolve, field, frozen

from .abort import Abort
from .engine.driver import EngineRun
from .replies import Call, InStreamError, Reply
from .socket_steps import Step
from .tokenizer import cut


class Kind(Enum):
    """The part of an answer that a token belongs to."""

    REASONING = "reasoning"
    CONTENT = "content"
    CALL = "call"
    ARGUMENTS = "arguments"
    END = "end"


@frozen
class Token:
    """One token, sent as one event of a stream. `call`: the index of its tool call."""

    kind: Kind
    text: str = ""
    call: int = 0


@frozen
class Choice:
    """One of the `n` choices. `calls`: the ids and names of its tool calls."""

    index: int
    tokens: Sequence[Token]
    calls: Sequence[tuple[str, str]]
    finish_reason: str
    stop_reason: str | int | None

    def text(self, kind: Kind, call: int = 0) -> str:
        return "".join(t.text for t in self.tokens if t.kind is kind and t.call == call)

    def count(self, kind: Kind) -> int:
        return sum(token.kind is kind for token in self.tokens)

    def ends(self, position: int) -> bool:
        """Whether the token at this position is the last one."""
        return position == len(self.tokens) - 1

    def aborted(self, count: int) -> "Choice":
        """Return the choice as aborted after its first `count` tokens."""
        tokens = [*self.tokens[:count], Token(Kind.END)]
        return evolve(self, tokens=tokens, finish_reason="abort", stop_reason=None)

    @property
    def begun_calls(self) -> list[int]:
        """The indexes of the tool calls that are in the answer, at least in part."""
        return [token.call for token in self.tokens if token.kind is Kind.CALL]

    @property
    def content(self) -> str:
        """The content of a plain answer, without reasoning and calls."""
        text = self.text(Kind.CONTENT)
        # The newlines between reasoning and a call are not content (vLLM 0.32).
        return "" if self.begun_calls and not text.strip() else text


@frozen
class Generation:
    """The generation that answers a request.

    Attributes:
        id: The id of the answer.
        created: When it was created, as a Unix time.
        model: The name of the model.
        body: The body of the request.
        request: The request's options, with chat's names.
        prompts: The tokens of each prompt.
        choices: The generated choices.
        max_tokens: The maximum number of tokens of a choice.
        usage: Scripted fields of the usage, which replace computed ones.
        error: The error in which the generation ends, if any.
        pace: Seconds before each token.
        abort: The signal that ends the generation early.
        is_rejected: Whether the engine rejects the request; `error` says why.
        weight_version: The version of the weights when the generation began.
    """

    id: str
    created: int
    model: str
    body: Mapping[str, Any]
    request: Mapping[str, Any]
    prompts: Sequence[Sequence[str]]
    choices: Sequence[Choice]
    max_tokens: int
    usage: Mapping[str, Any] = field(factory=dict)
    error: InStreamError | None = None
    pace: float = 0.0
    abort: Abort = field(factory=Abort)
    is_rejected: bool = False
    weight_version: str = "default"

    @property
    def prompt_tokens(self) -> int:
        return sum(map(len, self.prompts))

    @property
    def completion_tokens(self) -> int:
        return sum(len(choice.tokens) for choice in self.choices) - self.abort.dropped

    @property
    def reasoning_tokens(self) -> int:
        return sum(choice.count(Kind.REASONING) for choice in self.choices)

    @property
    def include_usage(self) -> bool:
        return bool((self.request.get("stream_options") or {}).get("include_usage"))

    @property
    def continuous_usage(self) -> bool:
        options = self.request.get("stream_options") or {}
        return self.include_usage and bool(options.get("continuous_usage_stats"))

    @property
    def return_token_ids(self) -> bool:
        return bool(self.request.get("return_token_ids"))

    @property
    def run(self) -> EngineRun | None:
        """The sequences in the engine model, if the server has one."""
        return self.abort.run

    @property
    def cached_tokens(self) -> int:
        """Prompt tokens found in the prefix cache, once the engine has begun the prompts."""
        return 0 if self.run is None else self.run.cached_tokens

    @property
    def created_cache_tokens(self) -> int:
        """Prompt tokens that were added to the prefix cache."""
        return 0 if self.run is None else self.run.created_cache_tokens

    def weight_spans(self, choice: Choice) -> list[dict[str, Any]]:
        """Return which tokens of a choice were generated with which weights."""
        return [{"version": self.weight_version, "start": 0, "end": len(choice.tokens)}]

    def wanted_weight_spans(self, choice: Choice) -> list[dict[str, Any]] | None:
        """Return the weight spans if the request asks for them, else None."""
        return self.weight_spans(choice) if self.request.get("return_weight_versions") else None

    def counts(self) -> dict[str, int]:
        """Return the three token counts that every usage begins with."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
            "completion_tokens": self.completion_tokens,
        }

    @property
    def wait(self) -> float:
        """Seconds until the last token of the longest choice."""
        return self.pace * max(len(choice.tokens) for choice in self.choices)

    def steps(self) -> Iterator[tuple[Sequence[Step], Choice, int]]:
        """Yield each token as (steps before it, choice, position), until the error if any.

        The choices take turns. Only these steps and `wait` pace the tokens.
        """
        ended: set[int] = set()
        for choice, position in islice(
            self._turns(), None if self.error is None else self.error.after
        ):
            if not self.abort.has_come:
                yield self._before(choice, position), choice, position
            elif choice.index not in ended:
                ended.add(choice.index)
                self.abort.dropped += len(choice.tokens) - position
                yield (), choice.aborted(position), position

    def so_far(self) -> "Generation":
        """Return the generation, cut to the tokens generated so far if it was aborted."""
        if not self.abort.has_come:
            return self
        return evolve(self, choices=[one.aborted(self._generated(one)) for one in self.choices])

    def _generated(self, choice: Choice) -> int:
        """Return the number of tokens of a choice generated until now."""
        if self.run is not None:
            return self.run.generated(choice.index)
        return int((time.monotonic() - self.abort.begun) / self.pace)

    def _before(self, choice: Choice, position: int) -> Sequence[Step]:
        paced = self.abort.pause(self.pace)
        if self.run is None:
            return paced
        return (self.run.token(choice.index, position + 1), *paced)

    def _turns(self) -> Iterator[tuple[Choice, int]]:
        longest = max((len(choice.tokens) for choice in self.choices), default=0)
        for position in range(longest):
            for choice in self.choices:
                if position < len(choice.tokens):
                    yield choice, position


def thinks(request: Mapping[str, Any]) -> bool:
    """Whether the request leaves thinking enabled."""
    options = request.get("chat_template_kwargs") or {}
    return bool(options.get("enable_thinking", True))


def choose(
    index: int,
    reply: Reply,
    request: Mapping[str, Any],
    *,
    reasoning_parser: bool = True,
    tool_parser: bool = True,
) -> Choice:
    """Apply the request's options to a reply.

    `enable_thinking` may remove the reasoning, `stop` cuts the text, and `max_tokens` cuts the
    whole answer. Without a parser, reasoning or calls become text with tags; with
    `tool_choice: "none"`, calls do so too.
    """
    if not thinks(request):
        reply = evolve(reply, reasoning="")
    tool_parser = tool_parser and request.get("tool_choice") != "none"
    tokens = [*_reasoning(reply, reasoning_parser), *_tokens(Kind.CONTENT, cut(reply.text))]
    tokens += _calls(reply.tool_calls) if tool_parser else _raw_calls(reply)
    calls = [(call.id or _call_id(), call.name) for call in reply.tool_calls if tool_parser]
    choice = Choice(index, tokens, calls, _finish_reason(reply, request, calls), reply.stop_reason)
    return _limit(_stop(choice, _stop_strings(request)), max_tokens(request))


def _tokens(kind: Kind, pieces: Sequence[str], call: int = 0) -> list[Token]:
    return [Token(kind, piece, call) for piece in pieces]


def _reasoning(reply: Reply, parser: bool) -> list[Token]:
    pieces = cut(reply.reasoning)
    if parser or not pieces:
        return _tokens(Kind.REASONING, pieces)
    return _tokens(Kind.CONTENT, ["<think>", *pieces, "</think>"])


def _calls(calls: Sequence[Call]) -> list[Token]:
    tokens: list[Token] = []
    for number, call in enumerate(calls):
        tokens += [Token(Kind.CALL, call=number)]
        tokens += _tokens(Kind.ARGUMENTS, _cut_arguments(call), number)
    return tokens


def _cut_arguments(call: Call) -> Sequence[str]:
    # vLLM 0.32 sends empty arguments as one delta "{}".
    return ["{}"] if call.pieces == "{}" else cut(call.pieces)


def _call_id() -> str:
    return f"chatcmpl-tool-{uuid4().hex[:16]}"


def _raw_calls(reply: Reply) -> list[Token]:
    raw = "\n".join(
        f'<tool_call>\n{{"name": "{call.name}", "arguments": {call.text}}}\n</tool_call>'
        for call in reply.tool_calls
    )
    return _tokens(Kind.CONTENT, cut(f"\n{raw}" if raw and cut(reply.text) else raw))


def names_tool(request: Mapping[str, Any]) -> bool:
    """Whether the request demands a call of one tool by its name."""
    return isinstance(request.get("tool_choice"), Mapping)


def _finish_reason(reply: Reply, request: Mapping[str, Any], calls: Sequence[Any]) -> str:
    if reply.finish_reason is not None:
        return reply.finish_reason
    # With a tool named in `tool_choice`, the finish_reason is "stop" (vLLM 0.32).
    return "tool_calls" if calls and not names_tool(request) else "stop"


def _stop_strings(request: Mapping[str, Any]) -> list[str]:
    stop = request.get("stop") or []
    return [stop] if isinstance(stop, str) else stop


def _stop(choice: Choice, strings: Sequence[str]) -> Choice:
    """Cut the content at the first stop string, and drop everything after it."""
    found = re.search("|".join(map(re.escape, strings)), choice.text(Kind.CONTENT))
    if not strings or found is None:
        return choice
    left = found.start()
    kept = [token for token in choice.tokens if token.kind is Kind.REASONING]
    for token in choice.tokens:
        if token.kind is Kind.CONTENT and left > 0:
            kept.append(evolve(token, text=token.text[:left]))
            left -= len(token.text)
    return evolve(choice, tokens=kept, finish_reason="stop", stop_reason=found[0])


def max_tokens(request: Mapping[str, Any]) -> int | None:
    """Return the request's limit on tokens; its name depends on the route."""
    names = ("max_completion_tokens", "max_output_tokens", "max_tokens")
    return next((request[name] for name in names if request.get(name) is not None), None)


def _limit(choice: Choice, most: int | None) -> Choice:
    """Cut a choice at `most` tokens. A choice that ends by itself gets an end token."""
    if most is not None and len(choice.tokens) >= most:
        return evolve(choice, tokens=choice.tokens[:most], finish_reason="length", stop_reason=None)
    # vLLM 0.32 sets finish_reason on the last delta if a limit or a stop string ended the choice.
    if choice.tokens and (choice.finish_reason == "length" or isinstance(choice.stop_reason, str)):
        return choice
    return evolve(choice, tokens=[*choice.tokens, Token(Kind.END)])
