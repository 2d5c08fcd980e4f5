"""Comparison of a simulated server with a recorded one: same request, same shape of the answer.

Only ids, times, counts, token ids, log probabilities, vectors and scores may differ.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.recordings import Recording, all_recordings, load
from tests.testing.wire import WireAnswer, ask
from vllm_client.testing import SimulatedVllm

FURTHER = Path(__file__).parent / "recordings"


def further(pattern: str) -> list[Recording]:
    """Return the recordings in this folder whose "config/name" matches."""
    return all_recordings(pattern, FURTHER)


def load_further(config: str, name: str) -> Recording:
    """Return a recording in this folder."""
    return load(config, name, FURTHER)


# The bodies of these requests are not JSON, and the recordings can hold only JSON.
BODIES = {"err_malformed_json": b'{"model": "tiny", nope}', "err_wrong_content_type": b"x"}


MODELS = {
    "embed": ["embed"],
    "bert_embed": ["bert-embed"],
    "bert_rank": ["bert-rank"],
    "bert_class": ["bert-class"],
    "qwen3_rank": ["qwen3-rank"],
    "whisper": ["whisper"],
    "idefics3": ["vlm"],
    "chat-dev": ["tiny", "tiny-alias"],
}
LENGTHS = {"whisper": 448}


def server_like(recording: Recording, **settings: Any) -> SimulatedVllm:
    """Return a server with the settings of the recorded one."""
    config = recording.config
    parses = config not in ("chat-raw", "idefics3")
    auth = config == "chat-auth"
    served = MODELS.get(config, ["tiny"])
    chats = served[0] in ("tiny", "vlm")
    if config in ("chat", "chat-raw"):
        settings["task"] = "generate"
    return SimulatedVllm(
        version=recording.version,
        models=served,
        max_model_len=2048 if chats else LENGTHS.get(config, 512),
        reasoning_parser=parses,
        tool_parser=parses,
        api_key=("sk-one", "sk-two") if auth else (),
        root_path="/llm" if auth else "",
        dev_mode=config in ("chat-dev", "chat-sleep", "chat-scale-out"),
        **settings,
    )


def repeat(server: SimulatedVllm, recording: Recording) -> WireAnswer:
    body = BODIES.get(recording.name, recording.request)
    named = {name.lower(): value for name, value in recording.request_headers.items()}
    named.pop("content-length", None)
    return ask(server, recording.method, recording.path, body, **named)


def events(body: bytes) -> list[Any]:
    """Return the JSON of each event, without its name, which the JSON repeats as `type`."""
    texts = body.decode().removesuffix("data: [DONE]\n\n").split("\n\n")
    return [json.loads(text.partition("data: ")[2]) for text in texts if text]


def headers_of(answer: WireAnswer) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name in header_names([name])}


FREE = {
    "id",
    "item_id",
    "call_id",
    "request_id",
    "created",
    "created_at",
    "signature",
    "system_fingerprint",
    "logprob",
    "avg_logprob",
    "compression_ratio",
    "max_model_len",
    "max_output_tokens",
    "root",
    "score",
    "relevance_score",
    "count",
    "token_id",
    "end",
}
COUNTS = re.compile(r".*_tokens")
NUMBERS = ("token_ids", "prompt_token_ids", "token_logprobs", "tokens", "embedding", "probs")
"""Lists of numbers, of which only the type is compared."""


def shape(value: Any, key: str = "") -> Any:
    """Normalize the parts that may differ; dicts become pairs, to compare the order of keys."""
    if isinstance(value, dict):
        if key == "top_logprobs":
            return "scores"
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        if key in NUMBERS:
            return [type(item) for item in value][:1]
        if key == "top_logprobs":
            return len(value)
        return [shape(item, key) for item in value]
    if key in FREE or COUNTS.fullmatch(key):
        return type(value)
    return value


def header_names(headers: Iterable[str]) -> list[str]:
    """Return the names of headers without those that depend on time or on flags of the server."""
    return [name for name in headers if name not in ("date", "connection", "vary", "x-request-id")]
