"""Fields of request bodies that older versions of vLLM silently ignore (with status 200).

Source: the request classes of the first release of each minor version from 0.11 to 0.33, checked
against the schemas of running servers by `tests/versions/test_ignored.py`. The tables omit:

- fields that older versions reject, such as `messages` of a score request
- fields that also have an effect in this client (`session_id`, `request_id`)
- `user`, which has no effect in vLLM
- `endianness`, which the client itself sends: 0.11.0 ignores it, but always sends little-endian
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from . import routes

Version: TypeAlias = tuple[int, int, int]


def _since(*tables: Mapping[str, str]) -> dict[str, Version]:
    """Convert tables of version -> new fields to one table of field -> first version."""
    return {
        name: _numbers(version)
        for versions in tables
        for version, names in versions.items()
        for name in names.split()
    }


def _numbers(version: str) -> Version:
    major, minor, patch = (*map(int, version.split(".")), 0)[:3]
    return major, minor, patch


_GENERATION = {
    "0.17": "repetition_detection",
    "0.25": "return_token_offsets",
    "0.26": "ec_transfer_params logprob_token_ids",
    "0.27": "stream_interval",
    "0.28": "routed_experts_prompt_start",
    "0.30": "watermarking",
    "0.32": "mm_payload return_mm_kwargs",
    "0.33": "return_weight_versions",
}
_CHAT = _since(
    _GENERATION,
    {
        "0.18": "media_io_kwargs",
        "0.19": "thinking_token_budget",
        "0.21": "return_prompt_text",
        "0.22": "truncation_side",
    },
)
_COMPLETION = _since(
    _GENERATION, {"0.22": "thinking_token_budget truncation_side", "0.26": "bad_words"}
)
_POOLED = {
    "0.11.1": "embed_dtype",
    "0.14": "continue_final_message",
    "0.16": "cache_salt",
    "0.18": "media_io_kwargs truncation_side",
    "0.29": "padding",
}
_SCORES = _since(
    {
        "0.11.1": "use_activation",
        "0.16": "cache_salt",
        "0.18": "truncation_side",
        "0.20": "max_tokens_per_doc max_tokens_per_query",
        "0.22": "chat_template_kwargs instruction",
        "0.29": "padding",
    }
)
_SPEECH = {
    "0.14": "max_completion_tokens",
    "0.18": "include_stop_str_in_output length_penalty n use_beam_search",
    "0.20": "hotwords",
    "0.32": "watermarking",
}

NEW_FIELDS: Mapping[str, Mapping[str, Version]] = {
    routes.CHAT_COMPLETIONS.path: _CHAT,
    routes.RENDER_CHAT.path: _CHAT,
    routes.CHAT_COMPLETIONS_BATCH.path: _since(
        {
            "0.24": "include_reasoning tool_choice",
            "0.25": "cache_salt media_io_kwargs mm_processor_kwargs priority"
            " return_tokens_as_token_ids",
            "0.26": "logprob_token_ids",
            "0.32": "watermarking",
        }
    ),
    routes.COMPLETIONS.path: _COMPLETION,
    routes.RENDER_COMPLETION.path: _COMPLETION,
    routes.RESPONSES.path: _since(
        {
            "0.11.1": "previous_input_messages",
            "0.13": "logit_bias top_k",
            "0.15": "include_stop_str_in_output prompt_cache_key skip_special_tokens",
            "0.16": "ignore_eos repetition_penalty seed stop vllm_xargs",
            "0.17": "structured_outputs",
            "0.18": "media_io_kwargs",
            "0.19": "kv_transfer_params",
            "0.20": "frequency_penalty presence_penalty",
            "0.22": "chat_template_kwargs",
            "0.26": "ec_transfer_params include_reasoning",
            "0.30": "watermarking",
            "0.32": "min_p mm_payload return_mm_kwargs stop_token_ids",
            "0.33": "prompt_cache_options prompt_cache_retention safety_identifier"
            " spaces_between_special_tokens",
        }
    ),
    routes.MESSAGES.path: _since(
        {
            "0.19": "kv_transfer_params",
            "0.20": "chat_template_kwargs",
            "0.23": "output_config",
            "0.26": "ec_transfer_params",
            "0.27": "cache_salt",
            "0.29": "vllm_xargs",
            "0.31": "thinking",
            "0.32": "mm_payload return_mm_kwargs watermarking",
        }
    ),
    routes.COUNT_TOKENS.path: _since(
        {"0.20": "chat_template_kwargs", "0.32": "output_config thinking"}
    ),
    routes.GENERATIVE_SCORING.path: _since({"0.32": "cache_salt"}),
    routes.SYSTEMONE.path: _since({"0.33": "joint"}),
    routes.TOKENIZE.path: _since({"0.18": "media_io_kwargs"}),
    routes.INFERENCE_GENERATE.path: _since(
        {
            "0.25": "token_offsets",
            "0.26": "ec_transfer_params",
            "0.28": "content_parts",
            "0.30": "return_token_ids",
            "0.32": "output_mode reasoning_ended reasoning_parser_kwargs",
            "0.33": "parse_context",
        }
    ),
    routes.EMBEDDINGS.path: _since(
        _POOLED, {"0.16": "use_activation", "0.33": "late_chunking_params"}
    ),
    routes.POOLING.path: _since(_POOLED, {"0.11.1": "task use_activation"}),
    routes.CLASSIFY.path: _since(
        {
            "0.11.1": "add_generation_prompt add_special_tokens chat_template chat_template_kwargs"
            " mm_processor_kwargs use_activation",
            "0.15": "continue_final_message",
            "0.16": "cache_salt",
            "0.18": "media_io_kwargs truncation_side",
            "0.29": "padding",
        }
    ),
    routes.SCORE.path: _SCORES,
    routes.RERANK.path: _SCORES,
    routes.RERANK_V2.path: _SCORES,
    routes.TRANSCRIPTIONS.path: _since(_SPEECH),
    routes.TRANSLATIONS.path: _since(
        _SPEECH,
        {
            "0.27": "frequency_penalty min_p presence_penalty repetition_penalty top_k top_p"
            " vllm_xargs",
        },
    ),
    routes.LOAD_LORA_ADAPTER.path: _since({"0.15": "load_inplace", "0.22": "is_3d_lora_weight"}),
    routes.START_PROFILE.path: _since({"0.33": "profiler_kwargs"}),
}
"""Path of a route -> field -> first version that supports it."""

# Field -> the value, other than null, that has no effect. It is the same for all routes.
NO_EFFECT: Mapping[str, Any] = {
    "add_generation_prompt": False,
    "continue_final_message": False,
    "embed_dtype": "float32",
    "frequency_penalty": 0.0,
    "ignore_eos": False,
    "include_reasoning": True,
    "include_stop_str_in_output": False,
    "is_3d_lora_weight": False,
    "joint": False,
    "length_penalty": 1.0,
    "load_inplace": False,
    "max_tokens_per_doc": 0,
    "max_tokens_per_query": 0,
    "mm_payload": "tensors",
    "n": 1,
    "output_mode": "tokens",
    "presence_penalty": 0.0,
    "priority": 0,
    "return_token_offsets": False,
    "return_weight_versions": False,
    "routed_experts_prompt_start": 0,
    "spaces_between_special_tokens": True,
    "stop": [],
    "stop_token_ids": [],
    "tool_choice": "none",
    "use_beam_search": False,
}


def new_fields(body: Mapping[str, Any], path: str) -> dict[str, Version]:
    """Find the fields of a body that have an effect, and that older versions of vLLM ignore.

    Args:
        body: The fields of the request body.
        path: The path of the route, relative to its base.

    Returns:
        The first version that supports each field, by the name of the field.
    """
    fields = NEW_FIELDS.get(path)
    if fields is None or fields.keys().isdisjoint(body):
        return {}
    return {
        name: since
        for name, since in fields.items()
        if body.get(name) is not None and body[name] != NO_EFFECT.get(name)
    }
