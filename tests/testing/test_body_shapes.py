"""Schemas of request bodies. An invalid body gets status 400, never an internal error."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.recordings import Recording, all_recordings
from tests.testing.recorded import further
from vllm_client.testing import ReceivedRequest, body_shapes, pooled_shapes
from vllm_client.testing.activity import Activity
from vllm_client.testing.body_kinds import Problem
from vllm_client.testing.routes import Routes
from vllm_client.testing.script import Script
from vllm_client.testing.server_version import VersionBehavior
from vllm_client.testing.settings import SimulatorSettings

SHAPES = {
    "/v1/chat/completions": body_shapes.CHAT,
    "/v1/chat/completions/batch": body_shapes.BATCH_CHAT,
    "/v1/completions": body_shapes.COMPLETION,
    "/v1/responses": body_shapes.RESPONSE,
    "/v1/messages": body_shapes.MESSAGES,
    "/v1/messages/count_tokens": body_shapes.COUNT_TOKENS,
    "/tokenize": body_shapes.TOKENIZE,
    "/detokenize": body_shapes.DETOKENIZE,
    "/inference/v1/generate": body_shapes.GENERATE,
    "/v1/embeddings": pooled_shapes.EMBEDDING,
    "/v2/embed": pooled_shapes.EMBED_V2,
    "/pooling": pooled_shapes.POOLING,
    "/classify": pooled_shapes.CLASSIFY,
    "/score": pooled_shapes.SCORE,
    "/v1/rerank": pooled_shapes.RERANK,
}
ANSWERED = [
    one
    for one in all_recordings() + further("*")
    if one.status == 200
    and one.path in SHAPES
    and isinstance(one.request, dict)
    # this output mode exists since 0.33 and is not simulated
    and one.request.get("output_mode") != "derender"
]
STRANGE: list[Any] = [5, "x", None, [5], {"type": 5}]
"""Values that replace each value of a request, one at a time."""


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_bodies_that_vllm_accepted_are_valid(recording: Recording) -> None:
    problems: list[Problem] = []
    SHAPES[recording.path].read(recording.request, "body", problems)
    assert problems == []


CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
PARAMETERS = {
    "type": "object",
    "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/x"}}},
    "$defs": {"x": {"anyOf": [{"type": "integer"}]}},
    "required": ["a"],
}
FUNCTION = {"name": "f", "description": "d", "parameters": PARAMETERS}
SCHEMA = {"type": "json_schema", "name": "x", "schema": PARAMETERS}
SAMPLING = {"n": 1, "stop": ["x"], "temperature": 1, "top_p": 1, "max_tokens": 9}
COMMON = {"model": "m", **SAMPLING}
CONVERSATION = [
    {"role": "user", "content": [{"type": "text", "text": "What?"}]},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c", "content": "r"},
]
REQUESTS: dict[str, Any] = {
    "/v1/chat/completions": {
        **COMMON,
        "messages": CONVERSATION,
        "tools": [{"type": "function", "function": FUNCTION}],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
        "stream": True,
        "stream_options": {"include_usage": True, "continuous_usage_stats": True},
        "logprobs": True,
        "top_logprobs": 2,
        "chat_template_kwargs": {"enable_thinking": True},
        "response_format": {"type": "json_schema", "json_schema": SCHEMA},
        "return_token_ids": True,
    },
    "/v1/chat/completions/batch": {**COMMON, "messages": [CONVERSATION]},
    "/v1/completions": {**COMMON, "prompt": ["x", "y"], "logprobs": 2, "stream": True},
    "/v1/responses": {
        "model": "m",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "x"}]},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "r"},
        ],
        "tools": [{"type": "function", **FUNCTION}],
        "tool_choice": {"type": "function", "name": "f"},
        "reasoning": {"effort": "low"},
        "text": {"format": SCHEMA},
        "include": ["message.output_text.logprobs"],
        "top_logprobs": 1,
        "presence_penalty": 0.5,
        "stream": True,
    },
    "/v1/messages": {
        "model": "m",
        "max_tokens": 9,
        "system": [{"type": "text", "text": "s"}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "x"}]},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "t", "content": "r"}],
            },
        ],
        "tools": [{"name": "f", "input_schema": PARAMETERS}],
        "tool_choice": {"type": "tool", "name": "f"},
        "thinking": {"type": "enabled", "budget_tokens": 5},
        "output_config": {"format": SCHEMA},
        "stream": True,
    },
    "/v1/messages/count_tokens": {"model": "m", "messages": [{"role": "user", "content": "x"}]},
    "/tokenize": {"messages": CONVERSATION, "return_token_strs": True},
    "/detokenize": {"tokens": [1, 2]},
    "/inference/v1/generate": {
        "token_ids": [1, 2],
        "sampling_params": {**SAMPLING, "logprobs": 1, "prompt_logprobs": 1},
        "output_mode": "text",
        "return_token_ids": True,
    },
    "/v1/embeddings": {
        "model": "m",
        "input": [[1, 2], [3]],
        "encoding_format": "base64",
        "embed_dtype": "float16",
        "endianness": "big",
        "dimensions": 4,
        "truncate_prompt_tokens": 5,
    },
    "/v2/embed": {"texts": ["x"], "embedding_types": ["float"], "output_dimension": 4},
    "/pooling": {"messages": CONVERSATION, "task": "embed", "encoding_format": "bytes"},
    "/classify": {"input": ["x", "y"], "model": "m"},
    "/score": {"queries": "x", "documents": ["y", {"content": [{"type": "text", "text": "z"}]}]},
    "/v1/rerank": {"query": "x", "documents": ["y", "z"], "top_n": 1},
    "/v1/load_lora_adapter": {"lora_name": "a", "lora_path": "/b", "load_inplace": True},
    "/v1/unload_lora_adapter": {"lora_name": "a"},
    "/adapters": {"name": "a", "src": "/b"},
}


def variants(value: Any) -> Iterator[Any]:
    """Yield the value with each of its parts replaced by each of the strange values."""
    for *way, last in places(value):
        for strange in STRANGE:
            changed = copy.deepcopy(value)
            inside = changed
            for step in way:
                inside = inside[step]
            inside[last] = strange
            yield changed


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    keys: Any = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield (key,)
        if isinstance(value[key], dict | list):
            yield from ((key, *place) for place in places(value[key]))


@pytest.mark.parametrize("path", REQUESTS)
def test_malformed_values_never_cause_a_server_error(path: str) -> None:
    routes = Routes(SimulatorSettings(VersionBehavior()), Script(), Activity())
    wrong = []
    for body in [REQUESTS[path], *variants(REQUESTS[path])]:
        headers = {"content-type": "application/json"}
        request = ReceivedRequest("POST", path, {}, headers, json.dumps(body).encode(), 1)
        answer, _ = routes.answer(request)
        if answer.late is not None:
            answer = answer.late()
        if answer.status not in (200, 400, 404):
            wrong.append((body, list(answer.body)))
        assert list(answer.body)
    assert wrong == []
