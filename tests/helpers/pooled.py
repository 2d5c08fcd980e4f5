"""Recordings of pooling models, for the tests of their families."""

from typing import Any

from tests.recordings import Recording, all_recordings
from vllm_client.call.request import RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.http.headers import Headers

CONFIGS = ("embed", "bert_embed", "bert_rank", "bert_class", "qwen3_rank")


def answered(*paths: str) -> list[Recording]:
    """Return the recorded successful answers at these paths."""
    return [
        recording
        for config in CONFIGS
        for recording in all_recordings(f"{config}/*")
        if recording.path in paths and recording.status == 200
    ]


def read(spec: RequestSpec[Any], recording: Recording) -> Any:
    """Return what the request's parser makes of the recorded answer."""
    return spec.read(HttpResponse(200, Headers(recording.headers.items()), recording.body))


def json_reply(body: bytes) -> HttpResponse:
    return HttpResponse(200, Headers([("content-type", "application/json")]), body)


def bytes_reply(body: bytes, metadata: str | None = None) -> HttpResponse:
    """Return a binary answer, as vLLM 0.32 sends it."""
    fields = [("content-type", "application/octet-stream")]
    if metadata is not None:
        fields.append(("metadata", metadata))
    return HttpResponse(200, Headers(fields), body)
