"""What vLLM refuses before it generates, in its words (vLLM 0.32)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from .replies import ReceivedRequest

Json = Mapping[str, Any]


@frozen
class Refusal(Exception):
    """Why a request is refused. `type`: None for the one that goes with the status."""

    message: str
    param: str | None = None
    code: int = 400
    type: str | None = None


def read_json(request: ReceivedRequest) -> Json:
    """The body as an object. Raises `Refusal`."""
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
    except UnicodeDecodeError as error:
        raise Refusal("There was an error parsing the body", type="Bad Request") from error
    if not isinstance(body, dict):
        raise _invalid("body", "model_attributes_type", "Input should be a valid dictionary", body)
    return body


def check_chat(body: Json) -> None:
    """Raises `Refusal` when this is no chat request."""
    if "messages" not in body:
        raise _invalid("body.messages", "missing", "Field required", body)
    messages = body["messages"]
    if not isinstance(messages, list):
        raise _invalid("body.messages", "list_type", "Input should be a valid list", messages)
    for number, message in enumerate(messages):
        if not isinstance(message, dict):
            where = f"body.messages.{number}"
            raise _invalid(where, "dict_type", "Input should be a valid dictionary", message)
    if not messages:
        raise Refusal(
            "Cannot apply chat template to an empty conversation. Provide at least one message."
        )


def check_completion(body: Json) -> None:
    """Raises `Refusal` when this is no completion request."""
    if not body.get("prompt"):
        raise Refusal("Either prompt or prompt_embeds must be provided and non-empty.")


def check_model(body: Json, models: Sequence[str] | None) -> None:
    """Raises `Refusal` when `models` are given and the body names another. No name is the first."""
    model = body.get("model")
    if models is None or model is None or model in models:
        return
    valid = ", ".join(models)
    raise Refusal(f"The model `{model}` does not exist. Valid aliases: {valid}.", "model", 404)


def check_tools(body: Json, tool_parser: bool) -> None:
    """Raises `Refusal` when tools are asked for and the server has no parser for their calls."""
    choice = body.get("tool_choice", "auto" if body.get("tools") else "none")
    if tool_parser or choice == "none" or isinstance(choice, Mapping):
        return
    if choice == "required":
        raise Refusal('tool_choice="required" requires --tool-call-parser to be set')
    raise Refusal(
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    )


# vLLM's own limit (VLLM_MAX_N_SEQUENCES).
MAX_CHOICES = 16_384


def check_types(body: Json) -> None:
    """Raises `Refusal` when a field that the simulation reads holds another type."""
    for name, (types, kind, noun) in _TYPES.items():
        value = body.get(name)
        if value is not None and not isinstance(value, types):
            raise _invalid(f"body.{name}", kind, f"Input should be a valid {noun}", value)


_TYPES: Mapping[str, tuple[type | tuple[type, ...], str, str]] = {
    "model": (str, "string_type", "string"),
    "n": (int, "int_type", "integer"),
    "max_tokens": (int, "int_type", "integer"),
    "max_completion_tokens": (int, "int_type", "integer"),
    "prompt_logprobs": (int, "int_type", "integer"),
    "top_logprobs": (int, "int_type", "integer"),
    "temperature": ((int, float), "float_type", "number"),
    "stream": (bool, "bool_type", "boolean"),
    "stop": ((str, list), "list_type", "list"),
    "tools": (list, "list_type", "list"),
    "stream_options": (dict, "dict_type", "dictionary"),
    "chat_template_kwargs": (dict, "dict_type", "dictionary"),
}


def check_numbers(body: Json, max_model_len: int) -> None:
    """Raises `Refusal` when a number lies outside its range."""
    for refusal in _wrong_numbers(body, max_model_len):
        raise refusal


def _wrong_numbers(body: Json, max_model_len: int) -> Iterator[Refusal]:
    temperature = body.get("temperature")
    if temperature is not None and temperature < 0:
        value = float(temperature)
        yield _out_of_range("temperature", f"must be non-negative, got {value}", value)
    for name in ("max_tokens", "max_completion_tokens"):
        yield from _wrong_limit(name, body.get(name), max_model_len)
    if (body.get("n") or 1) > MAX_CHOICES:
        how = "To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable."
        yield Refusal(f"n must be at most {MAX_CHOICES}, got {body['n']}. {how}")
    if (body.get("n") or 1) > 1 and temperature == 0:
        yield Refusal(f"n must be 1 when using greedy sampling, got {body['n']}.")
    if body.get("stream") and (body.get("prompt_logprobs") or 0) > 0:
        message = "`prompt_logprobs` are not available when `stream=True`."
        yield Refusal(message, "prompt_logprobs")


def _wrong_limit(name: str, limit: int | None, max_model_len: int) -> Iterator[Refusal]:
    if limit is None:
        return
    if limit < 1:
        yield _out_of_range(name, f"must be at least 1, got {limit}", limit)
    if limit > max_model_len:
        yield Refusal(
            f"{name}={limit} cannot be greater than max_model_len={max_model_len}."
            f" Please request fewer output tokens. (parameter={name}, value={limit})",
            name,
        )


def sleep_level(request: ReceivedRequest) -> int:
    """How deep /sleep is to be: 0, 1 or 2. Raises `Refusal`."""
    given = request.query.get("level", "1")
    if given in ("0", "1", "2"):
        return int(given)
    raise _detailed(
        "query.level",
        {
            "type": "less_than_equal",
            "loc": "query.level",
            "msg": "Input should be less than or equal to 2",
            "input": given,
            "ctx": {"le": 2},
        },
    )


def check_prompt(tokens: int, max_model_len: int) -> None:
    """Raises `Refusal` when a prompt leaves no room for an answer."""
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
    return _detailed(
        f"body.{error.pos}",
        {
            "type": "json_invalid",
            "loc": f"body.{error.pos}",
            "msg": "JSON decode error",
            "input": "<dict of 0 items>",
            "ctx": {"error": error.msg},
        },
    )


def _invalid(where: str, kind: str, message: str, value: Any) -> Refusal:
    shown = f"<dict of {len(value)} items>" if isinstance(value, dict) else value
    return _detailed(where, {"type": kind, "loc": where, "msg": message, "input": shown})


def _detailed(where: str, detail: Mapping[str, Any]) -> Refusal:
    # The message holds the Python repr of pydantic's error, as vLLM's does.
    return Refusal(f"1 validation error:\n  {detail}", where, type="Bad Request")
