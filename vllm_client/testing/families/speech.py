"""/v1/audio/transcriptions and translations: speech to text."""

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from attrs import frozen

from ..audio import seconds_of
from ..body_kinds import Fields, Flag, Maybe, Number, Problem, Text, Whole
from ..endpoint import refuse
from ..form_body import FormFile, boundary_of, fields_of
from ..generation import Choice, Generation, Kind
from ..generation_endpoint import GenerationEndpoint, Prompt
from ..ids import id_after
from ..replies import ReceivedRequest, Reply
from ..request_checks import Refusal, refused
from ..server_state import ServerState
from ..server_version import DONE, VersionBehavior, event, json_answer
from ..socket_steps import SocketResponse, Step
from ..tokenizer import Tokenizer

Json = Mapping[str, Any]


@frozen
class _SpeechAnswer:
    """Writer of a transcribed text."""

    generation: Generation
    dialect: VersionBehavior
    vocabulary: Tokenizer

    task = "transcription"

    def plain(self) -> dict[str, Any]:
        """Return the plain answer in the requested format."""
        text = self.generation.choices[0].text(Kind.CONTENT)
        if self.generation.body.get("response_format") == "verbose_json":
            return self._verbose(text)
        return {"text": text, **self._duration()}

    def stream(self) -> Iterator[Step]:
        """Yield texts, usage if requested, and [DONE]; an error replaces the rest."""
        body = self.generation.body
        for steps, choice, position in self.generation.steps():
            yield from steps
            continuous = body.get("stream_include_usage") and body.get(
                "stream_continuous_usage_stats"
            )
            usage = self._usage(position + 1) if continuous else {}
            yield event({**self._chunk([_delta(choice, position)]), **usage})
        error = self.generation.error
        if error is not None:
            yield self.dialect.error_event(error.code, error.message, error.type)
        elif body.get("stream_include_usage"):
            yield event({**self._chunk([]), **self._usage(self.generation.completion_tokens)})
        yield DONE

    def _chunk(self, choices: list[Json]) -> dict[str, Any]:
        return {
            "id": self.generation.id,
            "object": f"{self.task}.chunk",
            "created": self.generation.created,
            "model": self.generation.model,
            "choices": choices,
        }

    def _usage(self, tokens: int) -> Json:
        prompt = self.generation.prompt_tokens + math.ceil(_TOKENS_A_SECOND * self._seconds)
        counts = {
            "prompt_tokens": prompt,
            "total_tokens": prompt + tokens,
            "completion_tokens": tokens,
        }
        return {"usage": {**counts, **self.generation.usage}}

    @property
    def _seconds(self) -> float:
        return float(self.generation.request["seconds"])

    def _duration(self) -> Json:
        return {"usage": {"type": "duration", "seconds": math.ceil(self._seconds)}}

    def _verbose(self, text: str) -> dict[str, Any]:
        tokens = [t.text for t in self.generation.choices[0].tokens if t.kind is Kind.CONTENT]
        segment = {
            "id": 0,
            "avg_logprob": -0.0009765625,
            "compression_ratio": 0.8,
            "end": self._seconds,
            "no_speech_prob": None,
            "seek": 0,
            "start": 0.0,
            "temperature": float(self.generation.body.get("temperature") or 0),
            "text": text,
            "tokens": self.vocabulary.encode(tokens),
        }
        return {
            "duration": self._seconds,
            "language": self.generation.body.get("language") or "en",
            "text": text,
            "segments": [segment],
            "words": None,
        }


class _Translation(_SpeechAnswer):
    """Writer of a translation to English. It has no duration."""

    task = "translation"

    def _duration(self) -> Json:
        return {}


# Whisper's values.
_TOKENS_A_SECOND = 100
_START = ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")


def _delta(choice: Choice, position: int) -> Json:
    delta = {"delta": {"content": choice.tokens[position].text}}
    if not choice.ends(position):
        return delta
    return {**delta, "finish_reason": choice.finish_reason, "stop_reason": choice.stop_reason}


_FORM = Fields(
    {
        "model": Maybe(Text()),
        "language": Maybe(Text()),
        "response_format": Text(),
        "stream": Flag(),
        "stream_include_usage": Flag(),
        "stream_continuous_usage_stats": Flag(),
        "temperature": Number(),
        "top_p": Number(),
        "max_completion_tokens": Whole(),
    }
)
# vLLM 0.32 has defaults for this number of form fields, and counts them in validation errors.
_DEFAULTS = 13


def _read(request: ReceivedRequest) -> dict[str, Any]:
    content_type = request.headers.get("content-type", "")
    fields: dict[str, str | FormFile] = {}
    if content_type.lower().startswith("multipart/form-data"):
        boundary = boundary_of(content_type)
        if boundary is None:
            raise Refusal("Missing boundary in multipart.", type=_NO_FORM)
        fields = fields_of(request.body, boundary)
    if "file" not in fields:
        shown = dict.fromkeys(range(_DEFAULTS + len(fields)))
        raise refused([Problem("missing", "body.file", "Field required", shown)])
    if isinstance(fields["file"], str):
        message = "Expected 'file' to be a file-like object, not 'str'."
        raise Refusal(message, code=422, type="Unprocessable Entity")
    return fields


_NO_FORM = "no form"


def _refuse(refusal: Refusal, dialect: VersionBehavior) -> SocketResponse:
    # This error comes from the web framework, not from vLLM.
    if refusal.type == _NO_FORM:
        return json_answer({"detail": refusal.message}, refusal.code)
    return refuse(refusal, dialect)


_FORMATS = ("text", "json", "verbose_json", "diarized_json")
# The languages of Whisper.
_CODES = (
    "af ar hy az be bs bg ca zh hr cs da nl en et fi fr gl de el he hi hu is id it ja kn kk ko lv"
    " lt mk ms mr mi ne no fa pl pt ro ru sr sk sl es sw sv tl ta th tr uk ur vi cy"
)
_LANGUAGES = _CODES.split()


def _check(body: Json, state: ServerState) -> None:
    format, language = body.get("response_format", "json"), body.get("language")
    if format not in _FORMATS:
        named = "`text`, `json`, `verbose_json` or `diarized_json`"
        raise Refusal(f"Currently only support response_format: {named}")
    if format == "diarized_json":
        model = body.get("model") or state.settings.default_model
        raise Refusal(f"Currently do not support diarized_json for {model}")
    if format == "verbose_json" and body.get("stream"):
        raise Refusal("verbose_json format doesn't support streaming case")
    if language is not None and language not in _LANGUAGES:
        raise Refusal(f"Unsupported language: {language!r}.  Must be one of {_LANGUAGES}.")


_NO_AUDIO = (
    "Invalid or corrupted audio data. Ensure the input is a valid audio or video file (e.g. a"
    " complete WAV, MP3, or MP4)."
)
# The message of vLLM before 0.33.
_NO_AUDIO_BEFORE = "Invalid or unsupported audio file."


def _options(body: Json, state: ServerState) -> Json:
    limit = body.get("max_completion_tokens")
    # A limit above the model's own is accepted and reduced to it.
    most = None if limit is None else min(limit, state.settings.max_model_len)
    try:
        seconds = seconds_of(body["file"].content)
    except ValueError as error:
        newer = state.settings.dialect.since(0, 33)
        raise Refusal(_NO_AUDIO if newer else _NO_AUDIO_BEFORE) from error
    names = ("model", "stream", "temperature", "top_p")
    given = {name: body[name] for name in names if name in body}
    return {**given, "max_completion_tokens": most, "seconds": seconds}


def _prompts(body: Json, options: Json, vocabulary: Tokenizer) -> list[Prompt]:
    return [Prompt(_START, partial(_default, options["seconds"]))]


def _default(seconds: float) -> Reply:
    return Reply(f" This is a recording of {seconds:g} seconds, as a simulated model hears it.")


def _endpoint(stem: str, writer: type[_SpeechAnswer]) -> GenerationEndpoint:
    return GenerationEndpoint(
        name=id_after(stem),
        shape=_FORM,
        writer=writer,
        prompts=_prompts,
        check=_check,
        options=_options,
        parsed=False,
        read_body=_read,
        refuse=_refuse,
    )


TRANSCRIPTIONS = _endpoint("transcribe-", _SpeechAnswer)
TRANSLATIONS = _endpoint("translate-", _Translation)
