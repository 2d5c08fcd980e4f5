"""Structured decisions (/v1/systemone): questions answered by the probabilities of labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Required, TypedDict

import attrs

from ...call.build_request import build_request
from ...call.option_checks import body_of, require
from ...call.request import RequestSpec
from ...call.response import reader
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT, COUNT
from ...vllm import routes
from ..common.options import CacheSalt, GenerationCallOptions, ModelOption, Scheduling, Strings
from ..common.shown_keywords import shows_keys


class Question(TypedDict, total=False):
    """A question of `client.systemone`."""

    type: Required[str]
    """The kind of answer: "choice" (one of several options), "noul" (vLLM's name for yes or no) or
    "score" (a position on a scale)."""
    instructions: Any
    """The text of the question. Default: "", if the criteria are clear without it."""
    criteria: Any
    """For "choice": a dict of each option's name and its description or None. For "noul": a dict
    that says what "true" and "false" mean. For "score": a list of the names of the levels, lowest
    first. Default: none, which only "noul" allows."""


@shows_keys
class SystemOneOptions(ModelOption, Scheduling, CacheSalt, total=False):
    """The options of `client.systemone`, except state and questions."""

    instructions: str | None
    """Context that precedes the questions in the prompt. Default: none."""
    images: Strings | None
    """URLs of images, for models that accept images. Default: none."""
    audio: Strings | None
    """URLs of audio, for models that accept audio. Default: none."""
    videos: Strings | None
    """URLs of videos, for models that accept videos. Default: none."""
    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the chat template; `enable_thinking` must not be True. Default: none."""
    joint: bool
    """Whether the model answers all questions at once; only diffusion models can. Default:
    False."""


class SystemOneKeywords(SystemOneOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.systemone`, except state and questions."""


OPTIONS = frozenset(SystemOneKeywords.__optional_keys__) | {"state", "questions"}


@attrs.frozen(repr=False)
class DecisionUsage(Answer):
    """Token counts, summed over all questions.

    Attributes:
        input_tokens: Tokens of the prompts.
        output_tokens: Generated tokens.
    """

    input_tokens: int = attrs.field(default=0, metadata=COUNT)
    output_tokens: int = attrs.field(default=0, metadata=COUNT)


@attrs.frozen(repr=False)
class QuestionDiagnostics(Answer):
    """How much the model preferred the labels of a question to other tokens.

    Attributes:
        label_mass: The summed probability of the labels among all tokens of the vocabulary, from 0
            to 1. A low value means that the model preferred tokens that are not labels.
        argmax_is_label: Whether the most probable token was a label.
    """

    label_mass: float | None = None
    argmax_is_label: bool | None = None


@attrs.frozen(repr=False)
class JointCanvas(Answer):
    """One canvas of a diffusion model, on which it answered several questions.

    Attributes:
        questions: The names of the questions.
        width: The number of tokens of the canvas.
        slots: For each question, the position of its answer on the canvas, in tokens from 0.
    """

    questions: list[str] = attrs.field(factory=list)
    width: int | None = None
    slots: list[int] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class JointDiagnostics(Answer):
    """How a diffusion model answered several questions together.

    Attributes:
        canvases: The canvases that the questions were spread over.
    """

    canvases: list[JointCanvas] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class StructuredDecisionResponse(Answer):
    """The response of POST /v1/systemone.

    Attributes:
        answers: The answer to each question, by the name of the question.
        id: The id of the response.
        object: Always "structured_decision".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts.
        diagnostics: How much the model preferred the labels, by the name of the question.
        joint: How the questions were answered together. None without joint=True.
    """

    answers: dict[str, dict[str, Any]] = attrs.field(metadata=CONTENT)
    id: str | None = None
    object: str = "structured_decision"
    created: int | None = None
    model: str | None = None
    usage: DecisionUsage | None = None
    diagnostics: dict[str, QuestionDiagnostics] | None = None
    joint: JointDiagnostics | None = None


def build_systemone(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[StructuredDecisionResponse]:
    """Build the request for answers to questions about `state`. Raises RequestError."""
    body = body_of(options, OPTIONS, "systemone()")
    require(body, "state", "questions")
    read = reader(StructuredDecisionResponse)
    return build_request(settings, routes.SYSTEMONE, read, body=body, call=options)
