"""Structured decisions: questions about something, answered by the probabilities of labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Required, TypedDict

import attrs

from ...call.build_request import build_request
from ...call.option_checks import body_of, require
from ...call.request import RequestSpec
from ...call.response import reader
from ...call.settings import ClientSettings
from ...codec.answer import CONTENT, Answer
from ...vllm import routes
from ..common.options import CacheSalt, GenerationCallOptions, ModelOption, Scheduling, Strings
from ..common.shown_keywords import shows_keys


class Question(TypedDict, total=False):
    """A question. vLLM 0.32 knows the types "choice", "noul" (yes or no) and "score"."""

    type: Required[str]
    """Which kind of answer."""
    instructions: Any
    """What is asked. Default: "", which leaves it to the criteria."""
    criteria: Any
    """Of "choice": option -> description or None; of "noul": what "true" and "false" mean; of
    "score": the names of the levels, in order. Default: none, which only "noul" allows."""


@shows_keys
class SystemOneOptions(ModelOption, Scheduling, CacheSalt, total=False):
    """The options of `client.systemone`, beside state and questions."""

    instructions: str | None
    """What stands ahead of the questions. Default: nothing."""
    images: Strings | None
    """URLs of images, for models that see. Default: none."""
    audio: Strings | None
    """URLs of audio, for models that hear. Default: none."""
    videos: Strings | None
    """URLs of videos, for models that see. Default: none."""
    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the template; thinking stays off. Default: none."""
    joint: bool
    """Whether the model answers all questions at once; only diffusion models do. Default: False."""


class SystemOneKeywords(SystemOneOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.systemone`, beside state and questions."""


OPTIONS = frozenset(SystemOneKeywords.__optional_keys__) | {"state", "questions"}


@attrs.frozen(repr=False)
class DecisionUsage(Answer):
    """Token counts of all questions."""

    input_tokens: int | None = None
    output_tokens: int | None = None


@attrs.frozen(repr=False)
class QuestionDiagnostics(Answer):
    """How far the model kept to the labels: their probability among all tokens, and whether the
    likeliest token was one of them.
    """

    label_mass: float | None = None
    argmax_is_label: bool | None = None


@attrs.frozen(repr=False)
class JointCanvas(Answer):
    """One reading of several questions: their names, the size, and the place of each."""

    questions: list[str] = attrs.field(factory=list)
    width: int | None = None
    slots: list[int] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class JointDiagnostics(Answer):
    """How questions were read together."""

    canvases: list[JointCanvas] = attrs.field(factory=list)


@attrs.frozen(repr=False)
class StructuredDecisionResponse(Answer):
    """The answer of POST /v1/systemone. `answers` and `diagnostics` have the questions' names.

    joint: how questions were read together; with joint=True.
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
    """The request for answers to questions about `state`. Raises RequestError."""
    body = body_of(options, OPTIONS, "systemone()")
    require(body, "state", "questions")
    read = reader(StructuredDecisionResponse)
    return build_request(settings, routes.SYSTEMONE, read, body=body, call=options)
