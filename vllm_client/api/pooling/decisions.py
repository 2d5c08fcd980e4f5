"""Decisions in OpenAI's form: questions about a text, answered by the probabilities of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Literal, Required, TypeAlias, TypedDict

import attrs

from ...call.build_request import build_request
from ...call.option_checks import body_of, require
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, refuse_fewer
from ...call.settings import ClientSettings
from ...codec.answer import CONTENT, Answer, Kinds, by_type
from ...vllm import routes
from ..common.options import CacheSalt, GenerationCallOptions
from ..common.shown_keywords import shows_keys
from .results import length_of


class PredicateQuestion(TypedDict, total=False):
    """A question with yes or no for an answer."""

    type: Required[Literal["predicate"]]
    """Always "predicate"."""
    instructions: Required[str]
    """The question. Range: up to 1048576 characters."""
    name: str | None
    """Returned with the answer; absent rather than None. Range: up to 1048576 characters.
    Default: none."""


class DecisionOption(TypedDict, total=False):
    """One of the values to choose from."""

    value: Required[str | bool]
    """The value, which is the answer if it is chosen."""
    description: str
    """When the value is the right one. Range: up to 1048576 characters. Default: ""."""


class ChoiceQuestion(TypedDict, total=False):
    """A question with one of several values for an answer."""

    type: Required[Literal["choice"]]
    """Always "choice"."""
    instructions: Required[str]
    """The question. Range: up to 1048576 characters."""
    name: str | None
    """Returned with the answer; absent rather than None. Range: up to 1048576 characters.
    Default: none."""
    choices: Required[Sequence[DecisionOption]]
    """The values; a model takes only so many, those of vLLM 0.33 mostly 26. Range: 2 to 255
    items."""


class DecisionLevel(TypedDict, total=False):
    """One level of a scale."""

    label: Required[str]
    """The name of the level. Range: up to 1048576 characters."""
    description: str
    """When the level is the right one. Range: up to 1048576 characters. Default: ""."""


class ScoreQuestion(TypedDict, total=False):
    """A question with a place on a scale for an answer."""

    type: Required[Literal["score"]]
    """Always "score"."""
    instructions: Required[str]
    """The question. Range: up to 1048576 characters."""
    name: str | None
    """Returned with the answer; absent rather than None. Range: up to 1048576 characters.
    Default: none."""
    levels: Required[Sequence[DecisionLevel]]
    """The levels, the lowest first. Range: 2 to 10 items."""


DecisionQuestion: TypeAlias = PredicateQuestion | ChoiceQuestion | ScoreQuestion | Mapping[str, Any]


class DecisionInputText(TypedDict):
    """A part of a message."""

    type: Literal["input_text"]
    """Always "input_text"."""
    text: str
    """The text. Range: up to 10485760 characters."""


class DecisionInputMessage(TypedDict, total=False):
    """A message that the questions are about."""

    type: Literal["message"]
    """Default: "message"."""
    role: Required[Literal["user"]]
    """Always "user"."""
    content: Required[str | Sequence[DecisionInputText]]
    """The text, whole or in parts. Range: up to 10485760 characters, up to 16384 items."""


@shows_keys
class DecisionsOptions(CacheSalt, total=False):
    """The options of `client.decisions`, beside model, input and questions."""

    joint: bool
    """Whether the model answers all questions at once; only diffusion models do. Default: False."""
    safety_identifier: str | None
    """The end user's name, accepted for compatibility with OpenAI; vLLM ignores it. Range: up to
    128 characters. Default: none."""


class DecisionsKeywords(DecisionsOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.decisions`, beside model, input and questions."""


OPTIONS = frozenset(DecisionsKeywords.__optional_keys__) | {"model", "input", "questions"}


@attrs.frozen(repr=False)
class DecisionAnswer(Answer):
    """The answer to a question; of a type that has no class of its own here.

    name: the question's name; None for a question without one.
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)
    name: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen(repr=False)
class PredicateAnswer(DecisionAnswer):
    """The probability that the answer is yes."""

    probability: float = attrs.field(metadata=CONTENT)
    type: str = attrs.field(default="predicate", kw_only=True)


@attrs.frozen(repr=False)
class ChoiceProbability(Answer):
    """The probability of one value of a choice."""

    value: str | bool = attrs.field(metadata=CONTENT)
    probability: float = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class ChoiceAnswer(DecisionAnswer):
    """The likeliest value. `confidence` is its probability among all tokens of the model."""

    choice: str | bool = attrs.field(metadata=CONTENT)
    probabilities: list[ChoiceProbability] = attrs.field(factory=list, metadata=CONTENT)
    confidence: float | None = None
    type: str = attrs.field(default="choice", kw_only=True)


@attrs.frozen(repr=False)
class ScoreProbability(Answer):
    """The probability of one level; `value` is its place in the scale, from 0 on."""

    value: int = attrs.field(metadata=CONTENT)
    probability: float = attrs.field(metadata=CONTENT)
    label: str | None = None


@attrs.frozen(repr=False)
class ScoreAnswer(DecisionAnswer):
    """The mean place in the scale. `confidence` is the probability of the likeliest level among
    all tokens of the model.
    """

    score: float = attrs.field(metadata=CONTENT)
    probabilities: list[ScoreProbability] = attrs.field(factory=list, metadata=CONTENT)
    confidence: float | None = None
    type: str = attrs.field(default="score", kw_only=True)


DecisionAnswer.KINDS.update(by_type(PredicateAnswer, ChoiceAnswer, ScoreAnswer))


@attrs.frozen(repr=False)
class DecisionsInputTokensDetails(Answer):
    """Of the prompts' tokens: what the prefix cache held, and what it keeps of them."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


@attrs.frozen(repr=False)
class DecisionsOutputTokensDetails(Answer):
    """Of the generated tokens: how many were thoughts."""

    reasoning_tokens: int | None = None


@attrs.frozen(repr=False)
class DecisionsUsage(Answer):
    """Token counts of all questions."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    input_tokens_details: DecisionsInputTokensDetails | None = None
    output_tokens_details: DecisionsOutputTokensDetails | None = None


@attrs.frozen(repr=False)
class DecisionsResponse(Answer):
    """The answer of POST /v1/decisions: one answer for each question, in their order."""

    answers: list[DecisionAnswer] = attrs.field(metadata=CONTENT)
    model: str | None = None
    usage: DecisionsUsage | None = None


def build_decisions(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[DecisionsResponse]:
    """The request for answers to questions about `input`. Raises RequestError."""
    body = body_of(options, OPTIONS, "decisions()")
    require(body, "model", "input", "questions")
    read = partial(_read, length_of(body["questions"]))
    return build_request(settings, routes.DECISIONS, read, body=body, call=options)


def _read(expected: int, reply: HttpResponse) -> DecisionsResponse:
    answer = read_answer(reply, DecisionsResponse)
    refuse_fewer(reply, answer, "answers", len(answer.answers), expected)
    return answer
