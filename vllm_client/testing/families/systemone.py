"""/v1/systemone: structured decisions in vLLM's own format."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..body_kinds import Anything, Fields, Kind, Maybe, Required, Text
from ..pooled_endpoint import PooledEndpoint, PooledRequest, Tokens
from ..replies import Labels
from ..request_checks import Refusal, check_model, refused
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from ..strict_kinds import StrictFlag, unknown_fields
from ..tokenizer import cut
from .label_reads import LABEL_MASS, LabelRead, check_task, reads_of

Json = Mapping[str, Any]

_QUESTION_FIELDS = ("type", "instructions", "criteria")
_TEXTS = Maybe(Anything())


class _Questions:
    """A dictionary of questions."""

    def read(self, value: Any, where: str, problems: list[Any]) -> Any:
        Fields(plain=True).read(value, where, problems)
        for id, question in value.items() if isinstance(value, dict) else ():
            Fields({"type": Required(Text())}).read(question, f"{where}.{id}", problems)
        return value


_FIELDS: Mapping[str, Kind] = {
    "model": Maybe(Text()),
    "state": Required(),
    "questions": Required(_Questions()),
    "instructions": Maybe(Text()),
    "images": _TEXTS,
    "audio": _TEXTS,
    "videos": _TEXTS,
    "chat_template_kwargs": Maybe(Fields(plain=True)),
    "joint": StrictFlag(),
    "cache_salt": Maybe(Text()),
    "priority": Anything(),
    "request_id": Text(),
}
_MAX_QUESTIONS = 64
# Maximum number of options for each type of question.
_MAX_OPTIONS = {"choice": 26, "noul": 2, "score": 10}
JOINT = "joint: this model reads each question on its own; joint reads need DiffusionGemma"


def _check(body: Json, state: ServerState) -> None:
    # Before 0.33 unknown fields were ignored.
    unknown = unknown_fields(body, _FIELDS, "body")
    if unknown and state.settings.dialect.since(0, 33):
        raise refused(unknown)
    check_model(body, state.model_names, state.settings.served_models)
    if not body["questions"]:
        raise Refusal("questions: needs at least one question")
    if len(body["questions"]) > _MAX_QUESTIONS:
        raise Refusal(f"questions: at most {_MAX_QUESTIONS} for this model")
    for id, question in body["questions"].items():
        _check_question(id, question)
    _check_media(body)
    if body.get("joint"):
        raise Refusal(JOINT)


def _check_question(id: str, question: Json) -> None:
    if extra := sorted(question.keys() - set(_QUESTION_FIELDS)):
        raise Refusal(f"question {id!r}: unknown field(s) {extra}")
    if not id:
        raise Refusal("question ids must be non-empty")
    type = question["type"]
    if type not in _MAX_OPTIONS:
        raise Refusal(f"unknown question type {type!r}; supported: {sorted(_MAX_OPTIONS)}")
    names = _options(id, question)
    if len(set(names)) != len(names):
        raise Refusal(f"question {id!r}: duplicate option names")
    if len(names) > _MAX_OPTIONS[type]:
        raise Refusal(f"question {id!r}: at most {_MAX_OPTIONS[type]} options for this model")


def _check_media(body: Json) -> None:
    names = {"image": "images", "audio": "audio", "video": "videos"}
    if given := sorted(kind for kind, name in names.items() if body.get(name)):
        raise Refusal(f"this model does not take {', '.join(given)} inputs")


def _options(id: str, question: Json) -> Sequence[str]:
    """Return the names of the answers. Raise `Refusal` if criteria do not fit the type."""
    criteria = question.get("criteria")
    match question["type"]:
        case "choice":
            if isinstance(criteria, dict) and criteria:
                return list(criteria)
            wanted = "choice criteria must map option names to a description or null"
        case "score":
            if isinstance(criteria, list) and len(criteria) > 1:
                return [str(level) for level in criteria]
            wanted = "score criteria must be an ordered list of levels"
        case _:
            if criteria is None or (
                isinstance(criteria, dict) and criteria.keys() <= {"true", "false"}
            ):
                return ["yes", "no"]
            wanted = "noul criteria must be an object with true and false"
    raise Refusal(f"question {id!r}: {wanted}")


def _inputs(body: Json, state: ServerState) -> list[Tokens]:
    """Return the prompt of each question: the state and the question."""
    given = body["state"]
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    before = f"{body.get('instructions') or ''}\n{text}\n"
    return [
        cut(f"{before}{question.get('instructions') or id}: {', '.join(_options(id, question))}")
        for id, question in body["questions"].items()
    ]


def _write(request: PooledRequest, state: ServerState) -> SocketResponse:
    questions = request.body["questions"]
    options = {id: _options(id, question) for id, question in questions.items()}
    reads = dict(zip(questions, reads_of(request, list(options.values())), strict=True))
    newer = state.settings.dialect.since(0, 33)
    diagnosis = {"label_mass": LABEL_MASS, "argmax_is_label": True}
    return json_answer(
        {
            "id": request.id,
            "object": "structured_decision",
            "created": request.created,
            "model": request.model,
            "answers": {
                id: _answer(questions[id]["type"], options[id], read) for id, read in reads.items()
            },
            "usage": {"input_tokens": request.tokens, "output_tokens": len(reads)},
            "diagnostics": dict.fromkeys(questions, diagnosis),
            **({"joint": None} if newer else {}),
        }
    )


def _answer(type: str, names: Sequence[str], read: LabelRead) -> Json:
    shares = dict(zip(names, read.probabilities, strict=True))
    match type:
        case "choice":
            answer: Json = {"choice": names[read.best], "probabilities": shares}
        case "score":
            answer = {
                "score": read.expected,
                "legend": {f"{level}": name for level, name in enumerate(names)},
                "probabilities": {f"{i}": share for i, share in enumerate(read.probabilities)},
            }
        case _:
            answer = {"noul": shares["yes"], "probabilities": shares}
    return {"type": type, **answer, "confidence": read.confidence}


SYSTEMONE = PooledEndpoint(
    stem="decision-",
    shape=Fields(_FIELDS),
    check=_check,
    inputs=_inputs,
    write=_write,
    accepts=(Labels,),
    check_name=lambda body, state: check_task("structured decision API", state),
)
