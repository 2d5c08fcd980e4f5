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
from ...codec.answer import Answer, Kinds, by_type
from ...codec.answer_fields import CONTENT, COUNT
from ...vllm import routes
from ..common.options import CacheSalt, GenerationCallOptions
from ..common.shown_keywords import shows_keys
from .results import length_of


class PredicateQuestion(TypedDict, total=False):
    """A question whose answer is yes or no."""

    type: Required[Literal["predicate"]]
    """Always "predicate"."""
    instructions: Required[str]
    """The question. Range: up to 1048576 characters."""
    name: str | None
    """A name that the answer repeats. vLLM refuses None: leave the key out instead. Range: up to
    1048576 characters. Default: none."""


class DecisionOption(TypedDict, total=False):
    """One of the values to choose from."""

    value: Required[str | bool]
    """The value that is returned if this option is chosen."""
    description: str
    """Describes when this value applies. Range: up to 1048576 characters. Default: ""."""


class ChoiceQuestion(TypedDict, total=False):
    """A question whose answer is one of several values."""

    type: Required[Literal["choice"]]
    """Always "choice"."""
    instructions: Required[str]
    """The question. Range: up to 1048576 characters."""
    name: str | None
    """A name that the answer repeats. vLLM refuses None: leave the key out instead. Range: up to
    1048576 characters. Default: none."""
    choices: Required[Sequence[DecisionOption]]
    """The values to choose from. Most models allow fewer: 26 values in vLLM 0.33. Range: 2 to 255
    items."""


class DecisionLevel(TypedDict, total=False):
    """One level of a scale."""

    label: Required[str]
    """The name of the level. Range: up to 1048576 characters."""
    description: str
    """Describes when this level applies. Range: up to 1048576 characters. Default: ""."""


class ScoreQuestion(TypedDict, total=False):
    """A question whose answer is a position on a scale."""

    type: Required[Literal["score"]]
    """Always "score"."""
    instructions: Required[str]
    """The question. Range: up to 1048576 characters."""
    name: str | None
    """A name that the answer repeats. vLLM refuses None: leave the key out instead. Range: up to
    1048576 characters. Default: none."""
    levels: Required[Sequence[DecisionLevel]]
    """The levels of the scale, lowest first. Range: 2 to 10 items."""


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
    """The type of the input. Default: "message"."""
    role: Required[Literal["user"]]
    """Always "user"."""
    content: Required[str | Sequence[DecisionInputText]]
    """The text, as one string or as parts. Range: up to 10485760 characters, up to 16384 items."""


@shows_keys
class DecisionsOptions(CacheSalt, total=False):
    """The options of `client.decisions`, except model, input and questions."""

    joint: bool
    """Whether the model answers all questions at once; only diffusion models can. Default:
    False."""
    safety_identifier: str | None
    """An identifier of the end user, accepted for compatibility with OpenAI; vLLM ignores it.
    Range: up to 128 characters. Default: none."""


class DecisionsKeywords(DecisionsOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.decisions`, except model, input and questions."""


OPTIONS = frozenset(DecisionsKeywords.__optional_keys__) | {"model", "input", "questions"}


@attrs.frozen(repr=False)
class DecisionAnswer(Answer):
    """The answer to a question. Answers of unknown types are instances of this class itself.

    Attributes:
        type: The type of the question: "predicate", "choice", "score" or a later one.
        name: The name of the question. None for a question without a name.
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)
    name: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen(repr=False)
class PredicateAnswer(DecisionAnswer):
    """The answer to a yes-or-no question.

    Attributes:
        probability: The probability that the answer is yes, from 0 to 1.
        type: Always "predicate".
    """

    probability: float = attrs.field(metadata=CONTENT)
    type: str = attrs.field(default="predicate", kw_only=True)


@attrs.frozen(repr=False)
class ChoiceProbability(Answer):
    """The probability of one value of a choice.

    Attributes:
        value: The value.
        probability: Its probability among all values of the question, from 0 to 1.
    """

    value: str | bool = attrs.field(metadata=CONTENT)
    probability: float = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class ChoiceAnswer(DecisionAnswer):
    """The answer to a question with several values.

    Attributes:
        choice: The most probable value.
        probabilities: The probability of each value, in the order of the question.
        confidence: The probability of the chosen value among all tokens of the vocabulary, from 0
            to 1: low when the model preferred tokens that stand for none of the values.
        type: Always "choice".
    """

    choice: str | bool = attrs.field(metadata=CONTENT)
    probabilities: list[ChoiceProbability] = attrs.field(factory=list, metadata=CONTENT)
    confidence: float | None = None
    type: str = attrs.field(default="choice", kw_only=True)


@attrs.frozen(repr=False)
class ScoreProbability(Answer):
    """The probability of one level.

    Attributes:
        value: The position of the level on the scale; the lowest level is 0.
        probability: Its probability among all levels, from 0 to 1.
        label: The name of the level.
    """

    value: int = attrs.field(metadata=CONTENT)
    probability: float = attrs.field(metadata=CONTENT)
    label: str | None = None


@attrs.frozen(repr=False)
class ScoreAnswer(DecisionAnswer):
    """The answer to a question with a scale.

    Attributes:
        score: The mean of the levels' positions (the lowest is 0), weighted by probability.
        probabilities: The probability of each level, lowest level first.
        confidence: The probability of the most probable level among all tokens of the vocabulary,
            from 0 to 1.
        type: Always "score".
    """

    score: float = attrs.field(metadata=CONTENT)
    probabilities: list[ScoreProbability] = attrs.field(factory=list, metadata=CONTENT)
    confidence: float | None = None
    type: str = attrs.field(default="score", kw_only=True)


DecisionAnswer.KINDS.update(by_type(PredicateAnswer, ChoiceAnswer, ScoreAnswer))


@attrs.frozen(repr=False)
class DecisionsInputTokensDetails(Answer):
    """A breakdown of the prompt tokens.

    Attributes:
        cached_tokens: Tokens that were read from the prefix cache.
        cache_write_tokens: Tokens that were added to the prefix cache.
    """

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


@attrs.frozen(repr=False)
class DecisionsOutputTokensDetails(Answer):
    """A breakdown of the generated tokens.

    Attributes:
        reasoning_tokens: Tokens of reasoning; always 0 in vLLM 0.33.
    """

    reasoning_tokens: int | None = None


@attrs.frozen(repr=False)
class DecisionsUsage(Answer):
    """Token counts, summed over all questions.

    Attributes:
        input_tokens: Tokens of the prompts.
        output_tokens: Generated tokens.
        total_tokens: The sum of both.
        input_tokens_details: A breakdown of `input_tokens`.
        output_tokens_details: A breakdown of `output_tokens`.
    """

    input_tokens: int = attrs.field(default=0, metadata=COUNT)
    output_tokens: int = attrs.field(default=0, metadata=COUNT)
    total_tokens: int = attrs.field(default=0, metadata=COUNT)
    input_tokens_details: DecisionsInputTokensDetails | None = None
    output_tokens_details: DecisionsOutputTokensDetails | None = None


@attrs.frozen(repr=False)
class DecisionsResponse(Answer):
    """The response of POST /v1/decisions.

    Attributes:
        answers: The answer to each question, in the order of the questions.
        model: The name of the model.
        usage: Token counts.
    """

    answers: list[DecisionAnswer] = attrs.field(metadata=CONTENT)
    model: str | None = None
    usage: DecisionsUsage | None = None


def build_decisions(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[DecisionsResponse]:
    """Build the request for answers to questions about `input`. Raises RequestError."""
    body = body_of(options, OPTIONS, "decisions()")
    require(body, "model", "input", "questions")
    read = partial(_read, length_of(body["questions"]))
    return build_request(settings, routes.DECISIONS, read, body=body, call=options)


def _read(expected: int, reply: HttpResponse) -> DecisionsResponse:
    answer = read_answer(reply, DecisionsResponse)
    refuse_fewer(reply, answer, "answers", len(answer.answers), expected)
    return answer
