"""/v1/decisions: structured decisions in OpenAI's format."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..body_kinds import Kind, Literal, Maybe, OneOf, Required, Text
from ..pooled_endpoint import PooledEndpoint, PooledRequest, Tokens
from ..replies import Labels
from ..request_checks import Refusal, check_model
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from ..strict_kinds import Checked, Closed, Labelled, Short, StrictFlag, Tagged
from ..tokenizer import cut
from .label_reads import LabelRead, check_task, reads_of
from .systemone import JOINT

Json = Mapping[str, Any]

_NAMED: Mapping[str, Kind] = {"instructions": Required(Text()), "name": Maybe(Text())}


def _wrong_name(question: Json) -> str | None:
    is_null = "name" in question and question["name"] is None
    return "name must be a string when provided" if is_null else None


def _wrong_choices(question: Json) -> str | None:
    values = [(type(choice["value"]), choice["value"]) for choice in question["choices"]]
    if len(set(values)) != len(values):
        return "choice values must be distinct"
    return _wrong_name(question)


def _images(message: Any) -> str | None:
    parts = message.get("content") if isinstance(message, dict) else None
    types = [p.get("type") for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []
    refused = "Decisions supports text input only; images are not supported"
    return refused if "input_image" in types else None


def _question(type: str, check: Any = _wrong_name, **fields: Kind) -> Checked:
    return Checked(Closed({**_NAMED, "type": Literal(type), **fields}), check)


_CHOICE = Closed({"value": Required(OneOf(Text(), StrictFlag())), "description": Text()})
_LEVEL = Closed({"label": Required(Text()), "description": Text()})
_QUESTION = Tagged(
    {
        "predicate": _question("predicate"),
        "choice": _question("choice", _wrong_choices, choices=Required(Short(255, _CHOICE, 2))),
        "score": _question("score", levels=Required(Short(10, _LEVEL, 2))),
    }
)
_INPUT_TEXT = Labelled("constrained-str", Text())
_PART = Closed({"type": Required(Literal("input_text")), "text": Required(Text())})
_MESSAGE = Closed(
    {
        "role": Required(Literal("user")),
        "content": Required(OneOf(_INPUT_TEXT, Short(16384, _PART))),
        "type": Literal("message"),
    }
)
_SHAPE = Closed(
    {
        "model": Required(Text()),
        "input": Required(OneOf(_INPUT_TEXT, Short(131072, Checked(_MESSAGE, _images, True)))),
        "questions": Required(Short(200, _QUESTION, 1)),
        "safety_identifier": Maybe(Text()),
        "joint": StrictFlag(),
        "cache_salt": Maybe(Text()),
    }
)
# The number of letters, which vLLM uses as labels.
_MAX_OPTIONS = 26


def _check(body: Json, state: ServerState) -> None:
    check_model(body, state.model_names, state.settings.served_models)
    if any(len(_options(question)) > _MAX_OPTIONS for question in body["questions"]):
        raise Refusal(f"This model supports at most {_MAX_OPTIONS} choices per question")
    if body.get("joint"):
        raise Refusal(JOINT)


def _options(question: Json) -> Sequence[str]:
    """Return the answers' names as used in scripts: strings unchanged, booleans as JSON."""
    if question["type"] == "predicate":
        return ["false", "true"]
    if question["type"] == "score":
        return [level["label"] for level in question["levels"]]
    values = [choice["value"] for choice in question["choices"]]
    return [value if isinstance(value, str) else json.dumps(value) for value in values]


def _text(given: str | Sequence[Json]) -> str:
    if isinstance(given, str):
        return given
    contents = [message["content"] for message in given]
    texts = [c if isinstance(c, str) else "\n".join(part["text"] for part in c) for c in contents]
    return "\n\n".join(texts)


def _inputs(body: Json, state: ServerState) -> list[Tokens]:
    """Return the prompt of each question."""
    text = _text(body["input"])
    return [
        cut(f"{text}\n{question['instructions']}: {', '.join(_options(question))}")
        for question in body["questions"]
    ]


def _write(request: PooledRequest, state: ServerState) -> SocketResponse:
    questions = request.body["questions"]
    reads = reads_of(request, [_options(question) for question in questions])
    return json_answer(
        {
            "model": request.model,
            "answers": [_answer(q, read) for q, read in zip(questions, reads, strict=True)],
            "usage": {
                "input_tokens": request.tokens,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                "output_tokens": len(reads),
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": request.tokens + len(reads),
            },
        }
    )


def _answer(question: Json, read: LabelRead) -> Json:
    frame = {"type": question["type"], "name": question.get("name")}
    match question["type"]:
        case "predicate":
            return {**frame, "probability": read.probabilities[1]}
        case "choice":
            values = [{"value": choice["value"]} for choice in question["choices"]]
            choice = {"choice": values[read.best]["value"]}
            shares = _shares(values, read)
            return {**frame, **choice, "probabilities": shares, "confidence": read.confidence}
        case _:
            labels = [
                {"value": i, "label": level["label"]} for i, level in enumerate(question["levels"])
            ]
            score = {"score": read.expected, "probabilities": _shares(labels, read)}
            return {**frame, **score, "confidence": read.confidence}


def _shares(answers: Sequence[Json], read: LabelRead) -> list[Json]:
    shares = zip(answers, read.probabilities, strict=True)
    return [{**answer, "probability": share} for answer, share in shares]


DECISIONS = PooledEndpoint(
    stem="decision-",
    shape=_SHAPE,
    check=_check,
    inputs=_inputs,
    write=_write,
    accepts=(Labels,),
    check_name=lambda body, state: check_task("Decisions API", state),
)
