"""The description of a run in NAME.run.json."""

import json
from typing import Any

from vllm_client.bulk.manifest import Manifest
from vllm_client.bulk.requests import BulkRequest
from vllm_client.bulk.resume import BulkCounts
from vllm_client.vllm.routes import CHAT_COMPLETIONS, EMBEDDINGS


def manifest(input_path: str | None = "in.jsonl") -> Manifest:
    return Manifest(
        started="2026-11-28T12:00:00+00:00",
        output="out.jsonl",
        input_path=input_path,
        input_size=42,
        versions={"vllm-client-sdk": "1"},
    )


def written(run: Manifest, *, complete: bool = False) -> Any:
    return json.loads(run.to_json(BulkCounts(rows=2), None, complete=complete))


def test_a_run_is_described() -> None:
    assert written(manifest(), complete=True) == {
        "output": "out.jsonl",
        "input": {"path": "in.jsonl", "bytes": 42},
        "started": "2026-11-28T12:00:00+00:00",
        "finished": None,
        "complete": True,
        "versions": {"vllm-client-sdk": "1"},
        "routes": {},
        "counts": {
            "rows": 2,
            "done_before": 0,
            "failed_before": 0,
            "succeeded": 0,
            "failed": 0,
            "changed": 0,
        },
    }


def test_input_that_is_not_a_file_has_no_path() -> None:
    assert written(manifest(None))["input"] is None


def test_parameters_are_listed_for_each_route() -> None:
    run = manifest()
    for temperature in (0, 0, 1):
        body = {"model": "m", "temperature": temperature, "messages": [{"content": "private"}]}
        run.add(BulkRequest(CHAT_COMPLETIONS, body))
    run.add(BulkRequest(CHAT_COMPLETIONS, {"model": "m", "top_p": 1}))
    run.add(BulkRequest(EMBEDDINGS, {"model": "e", "input": "private", "dimensions": 8}))

    assert written(run)["routes"] == {
        "/v1/chat/completions": {
            "parameters": {"model": "m"},
            "varying": ["temperature", "top_p"],
        },
        "/v1/embeddings": {"parameters": {"dimensions": 8, "model": "e"}, "varying": []},
    }


def test_no_prompt_secret_or_unknown_field_is_written() -> None:
    run = manifest()
    body = {"cache_salt": "hidden", "prompt": "hidden", "user": "hidden", "my_token": "hidden"}
    run.add(BulkRequest(CHAT_COMPLETIONS, body))

    assert b"hidden" not in run.to_json(BulkCounts(), None, complete=False)


def test_a_long_value_is_left_out() -> None:
    run = manifest()
    run.add(BulkRequest(CHAT_COMPLETIONS, {"bad_words": ["word"] * 100}))

    assert written(run)["routes"]["/v1/chat/completions"]["parameters"] == {"bad_words": "(long)"}
