"""Validation before generation, with the error messages of vLLM 0.32."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from .body_kinds import Fields, Kind, Problem, report
from .replies import ReceivedRequest

Json = Mapping[str, Any]


@frozen
class Refusal(Exception):
    """A rejected request. `type`: vLLM's name for the error; None derives it from `code`."""

    message: str
    param: str | None = None
    code: int = 400
    type: str | None = None


PAUSED = "Generation is paused. Please retry after it resumes."


def read_json(request: ReceivedRequest) -> Json:
    """Return the body as an object. Raise `Refusal` if it is not valid JSON."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type.lower() != "application/json":
        raise Refusal(
            "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed",
            type="Bad Request",
        )
    try:
        body = json.loads(request.body)
    except json.JSONDecodeError as error:
        raise _malformed(error) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Refusal("There was an error parsing the body", type="Bad Request") from error
    read_shape(Fields(), body)
    return dict(body)


def read_shape(shape: Kind, value: Any, where: str = "body") -> Any:
    """Return a value as vLLM parses it. Raise `Refusal` if it does not fit the schema."""
    problems: list[Problem] = []
    read = shape.read(value, where, problems)
    if problems:
        raise refused(problems)
    return read


def refused(problems: Sequence[Problem]) -> Refusal:
    """Return the refusal for these validation errors."""
    return Refusal(report(problems), problems[0].where, type="Bad Request")


def check_chat(body: Json) -> None:
    """Raise `Refusal` if fields of a chat request contradict each other."""
    check_conversation(body["messages"])
    check_stream_options(body)
    if (body.get("top_logprobs") or 0) > 0 and not body.get("logprobs"):
        raise _misplaced(
            "top_logprobs", "when using `top_logprobs`, `logprobs` must be set to true."
        )
    if body.get("tools") == []:
        raise _misplaced("tools", _NO_TOOLS)
    _check_tool_choice(body.get("tool_choice"), body.get("tools"))


_NO_TOOLS = (
    "`tools` must not be an empty array."
    " Either provide at least one tool or omit the field entirely."
)


def check_conversation(messages: Sequence[Any]) -> None:
    """Raise `Refusal` if there is no message."""
    if not messages:
        raise Refusal(
            "Cannot apply chat template to an empty conversation. Provide at least one message."
        )


def check_stream_options(body: Json) -> None:
    """Raise `Refusal` if `stream_options` are set without `stream`."""
    if body.get("stream_options") and not body.get("stream"):
        message = "Stream options can only be defined when `stream=True`."
        raise _misplaced("stream_options", message)


def _check_tool_choice(choice: Any, tools: Sequence[Json] | None) -> None:
    if choice is None or choice == "none":
        return
    if tools is None:
        raise _misplaced("tool_choice", "When using `tool_choice`, `tools` must be set.")
    if isinstance(choice, Mapping):
        _check_named_tool(choice.get("function"), tools)
    elif choice not in ("auto", "required"):
        known = 'Only named tools, "none", "auto" or "required" are supported.'
        raise _misplaced("tool_choice", f"Invalid value for `tool_choice`: {choice}! {known}")


def _check_named_tool(function: Any, tools: Sequence[Json]) -> None:
    usage = 'Correct usage: `{"type": "function", "function": {"name": "my_function"}}`'
    if not isinstance(function, Mapping):
        raise _misplaced(
            "tool_choice.function",
            f"Invalid value for `function`: `{function}` in `tool_choice`! {usage}",
        )
    if "name" not in function:
        raise _misplaced(
            "tool_choice.function.name",
            f"Expected field `name` in `function` in `tool_choice`! {usage}",
        )
    if function["name"] not in [tool["function"]["name"] for tool in tools]:
        message = "The tool specified in `tool_choice` does not match any of the specified `tools`"
        raise _misplaced("tool_choice", message)


def _misplaced(parameter: str, message: str) -> Refusal:
    return Refusal(f"{message} (parameter={parameter})", parameter)


def check_completion(body: Json, *, names_prompt: bool = True) -> None:
    """Raise `Refusal` for a completion without a prompt, or with invalid options.

    `names_prompt`: whether the error for an empty list names its parameter, as since 0.33.
    """
    check_stream_options(body)
    prompt = body.get("prompt")
    if prompt is None or prompt == "":
        raise _misplaced("prompt", "Either prompt or prompt_embeds must be provided and non-empty.")
    if prompt == [] and names_prompt:
        raise _misplaced("prompt", _NO_PROMPTS)
    check_prompts(prompt)


_NO_PROMPTS = "You must pass at least one prompt"


def check_prompts(prompts: Any) -> None:
    """Raise `Refusal` for an empty list of prompts or an empty prompt."""
    if prompts == []:
        raise Refusal(_NO_PROMPTS)
    several = isinstance(prompts, list) and not isinstance(prompts[0], int)
    if any(prompt in ("", []) for prompt in (prompts if several else [prompts])):
        raise Refusal("The decoder prompt cannot be empty")


def check_model(body: Json, names: Sequence[str] | None, base: Sequence[str] = ()) -> None:
    """Raise `Refusal` if the body names a model that is not in `names`; None allows any.

    `base`: the models that are not adapters. The message lists them, or `names` if there are none.
    """
    model = body.get("model")
    if names is None or model is None or model in names:
        return
    valid = ", ".join(base or names)
    raise Refusal(f"The model `{model}` does not exist. Valid aliases: {valid}.", "model", 404)


def check_tools(body: Json, tool_parser: bool) -> None:
    """Raise `Refusal` if a request asks for tool calls and the server has no parser for them."""
    choice = body.get("tool_choice", "auto" if body.get("tools") else "none")
    if tool_parser or choice in (None, "none") or isinstance(choice, Mapping):
        return
    if choice == "required":
        raise Refusal('tool_choice="required" requires --tool-call-parser to be set')
    raise Refusal(
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    )


# vLLM's defaults of VLLM_MAX_N_SEQUENCES and --max-logprobs.
MAX_CHOICES = 16_384
MAX_LOGPROBS = 20


def check_numbers(body: Json, max_model_len: int) -> None:
    """Raise `Refusal` if a number is out of range."""
    for refusal in _wrong_numbers(body, max_model_len):
        raise refusal


def _wrong_numbers(body: Json, max_model_len: int) -> Iterator[Refusal]:
    for name in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        yield from _wrong_limit(name, body.get(name), max_model_len)
    yield from _wrong_sampling(body)
    yield from _wrong_choices(body.get("n"), body.get("temperature"))
    yield from _wrong_logprobs(body)


def _wrong_limit(name: str, limit: int | None, max_model_len: int) -> Iterator[Refusal]:
    if limit is None:
        return
    if limit < 1:
        yield _out_of_range("max_tokens", f"must be at least 1, got {limit}", limit)
    if limit > max_model_len:
        yield Refusal(
            f"{name}={limit} cannot be greater than max_model_len={max_model_len}."
            f" Please request fewer output tokens. (parameter={name}, value={limit})",
            name,
        )


def _wrong_sampling(body: Json) -> Iterator[Refusal]:
    temperature, top_p = body.get("temperature"), body.get("top_p")
    if temperature is not None and temperature < 0:
        value = float(temperature)
        yield _out_of_range("temperature", f"must be non-negative, got {value}", value)
    if top_p is not None and not 0 < top_p <= 1:
        yield _out_of_range("top_p", f"must be in (0, 1], got {float(top_p)}", float(top_p))


def _wrong_choices(n: int | None, temperature: float | None) -> Iterator[Refusal]:
    if n is None:
        return
    if n < 1:
        yield Refusal(f"n must be at least 1, got {n}.")
    if n > MAX_CHOICES:
        how = "To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable."
        yield Refusal(f"n must be at most {MAX_CHOICES}, got {n}. {how}")
    if n > 1 and temperature == 0:
        yield Refusal(f"n must be 1 when using greedy sampling, got {n}.")


def _wrong_logprobs(body: Json) -> Iterator[Refusal]:
    if body.get("stream") and (body.get("prompt_logprobs") or 0) > 0:
        message = "`prompt_logprobs` are not available when `stream=True`."
        yield Refusal(message, "prompt_logprobs")
    # In chat `logprobs` is a flag, which counts as 1 here; the number is `top_logprobs`.
    wanted = max(body.get("logprobs") or 0, body.get("top_logprobs") or 0)
    if wanted > MAX_LOGPROBS:
        yield Refusal(
            f"Requested sample logprobs of {wanted}, which is greater than max allowed:"
            f" {MAX_LOGPROBS} (parameter=logprobs, value={wanted})",
            "logprobs",
        )


def check_prompt(tokens: int, max_model_len: int) -> None:
    """Raise `Refusal` if a prompt leaves no room for an answer."""
    if tokens < max_model_len:
        return
    least = max_model_len + 1
    raise Refusal(
        f"This model's maximum context length is {max_model_len} tokens. However, your prompt"
        f" contains at least {least} input tokens, which exceeds this limit even without any"
        " output tokens. Please reduce the length of the input prompt."
        f" (parameter=input_tokens, value={least})",
        "input_tokens",
    )


def _out_of_range(name: str, rule: str, value: float) -> Refusal:
    return Refusal(f"{name} {rule}. (parameter={name}, value={value})", name)


def _malformed(error: json.JSONDecodeError) -> Refusal:
    context = {"error": error.msg}
    return refused([Problem("json_invalid", f"body.{error.pos}", "JSON decode error", {}, context)])
