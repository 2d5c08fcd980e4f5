"""Sampling parameters as vLLM's render routes write them, without most of the defaults."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..default_replies import object_at
from ..generation import names_tool

Json = Mapping[str, Any]


def sampling_params(
    options: Json, max_tokens: int | None, *, parsed: bool, extra_args: bool = False
) -> dict[str, Any]:
    """Return the sampling parameters of a request.

    Args:
        options: The request's options, with chat's names.
        max_tokens: The limit on tokens; None for the default, 16.
        parsed: Whether a parser reads the answer, so that special tokens are kept.
        extra_args: Whether the route always has the field `extra_args`, as Responses does.
    """
    outputs = _structured_outputs(options)
    prompt_logprobs = _prompt_logprobs(options)
    return {
        **_unless({"n": 1}, options),
        "presence_penalty": _float(options, "presence_penalty", 0),
        "frequency_penalty": _float(options, "frequency_penalty", 0),
        "repetition_penalty": _float(options, "repetition_penalty", 1),
        **_sampling(options),
        "stop": _list(options.get("stop")),
        "stop_token_ids": _list(options.get("stop_token_ids")),
        **_unless({"ignore_eos": False}, options),
        **({} if max_tokens in (None, 16) else {"max_tokens": max_tokens}),
        **_unless({"min_tokens": 0}, options),
        **_given({"logprobs": _logprobs(options), "prompt_logprobs": prompt_logprobs}),
        **({"skip_special_tokens": False} if parsed else {}),
        "output_kind": 1 if options.get("stream") else 2,
        "skip_clone": True,
        **({"extra_args": {}} if extra_args else {}),
        **_given({"structured_outputs": outputs}),
        "bad_words": _list(options.get("bad_words")),
        "skip_reading_prefix_cache": prompt_logprobs is not None,
    }


def _float(options: Json, name: str, default: float) -> float:
    value = options.get(name)
    return float(default if value is None else value)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _given(values: Json) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _unless(defaults: Json, options: Json) -> dict[str, Any]:
    """Return the options whose values differ from these defaults."""
    given = {name: options.get(name) for name in defaults}
    return {name: value for name, value in given.items() if value not in (None, defaults[name])}


def _sampling(options: Json) -> dict[str, Any]:
    """Return the parameters for choosing a token; only temperature and seed if greedy."""
    temperature = {"temperature": _float(options, "temperature", 1)}
    seed = _given({"seed": options.get("seed")})
    if temperature["temperature"] == 0:
        return {**temperature, **seed}
    return {
        **temperature,
        "top_p": _float(options, "top_p", 1),
        **_unless({"top_k": 0}, options),
        "min_p": _float(options, "min_p", 0),
        **seed,
    }


def _logprobs(options: Json) -> int | None:
    """Return the number of requested log probabilities, from the options of chat or completions."""
    value = options.get("logprobs")
    if isinstance(value, bool):
        return (options.get("top_logprobs") or 0) if value else None
    return value


def _prompt_logprobs(options: Json) -> int | None:
    given = options.get("prompt_logprobs")
    return _logprobs(options) if given is None and options.get("echo") else given


_CONSTRAINTS = ("json", "regex", "choice", "grammar", "json_object")
_FLAGS = ("disable_any_whitespace", "disable_additional_properties")


def _structured_outputs(options: Json) -> Json | None:
    """Return the constraint on the answer, if any."""
    given = dict(object_at(options, "structured_outputs"))
    format = object_at(options, "response_format")
    if format.get("type") == "json_object":
        given["json_object"] = True
    if schema := object_at(format, "json_schema").get("schema"):
        given["json"] = schema
    if options.get("tool_choice") == "required" or names_tool(options):
        given["structural_tag"] = _tag_of_calls(options)
    if not given:
        return None
    return {
        **{name: given.get(name) for name in _CONSTRAINTS},
        **{name: bool(given.get(name)) for name in _FLAGS},
        "whitespace_pattern": given.get("whitespace_pattern"),
        "structural_tag": given.get("structural_tag"),
        "_backend": None,
        "_backend_was_auto": False,
    }


def _tag_of_calls(options: Json) -> str:
    """Return the structural tag that restricts an answer to tool calls in Hermes format."""
    format = {
        "type": "tags_with_separator",
        "tags": [tag for name in _callable(options) for tag in _tags(name)],
        "separator": "",
        "at_least_one": True,
        "stop_after_first": False,
    }
    return json.dumps({"type": "structural_tag", "format": format})


def _callable(options: Json) -> Sequence[str]:
    if names_tool(options):
        return [options["tool_choice"]["function"]["name"]]
    return [tool["function"]["name"] for tool in options["tools"]]


def _tags(name: str) -> list[Json]:
    content = {
        "type": "json_schema",
        "json_schema": True,
        "style": "json",
        "any_order": False,
        "max_whitespace_cnt": None,
        "excludes": [],
    }
    return [
        {
            "type": "tag",
            "begin": f'<tool_call>{gap}{{"name": "{name}", "arguments": ',
            "content": content,
            "end": f"}}{gap}</tool_call>",
        }
        for gap in ("\n", "")
    ]
