"""What is said of routes that a server lacks, and that it is said of every route."""

import json
import pickle

import pytest

from tests.recordings import load
from tests.schemas import kinds
from vllm_client.call.server_errors import error_of_answer, explained
from vllm_client.errors import ApiError
from vllm_client.http.headers import Headers
from vllm_client.vllm.routes import OFFERED

NOT_FOUND = b'{"detail":"Not Found"}'
NOT_ALLOWED = b'{"detail":"Method Not Allowed"}'

# The framework's own pages for people; no method of the client asks for them.
PAGES = {"/docs", "/docs/oauth2-redirect", "/redoc"}

# vLLM registers them with a flag that none of the recorded servers had.
BEHIND_FURTHER_FLAGS = {
    "POST /fault_tolerance/apply",
    "GET /fault_tolerance/status",
    "POST /cohere/v2/chat",
}


def registered() -> dict[str, set[str]]:
    """Kind of server -> its routes, as "METHOD /path"."""
    return {
        kind: {route for route in served["routes"] if _is_for_clients(*route.split(" "))}
        for kind, served in kinds().items()
    }


def _is_for_clients(method: str, path: str) -> bool:
    return method != "HEAD" and path not in PAGES


def error_of(body: bytes, status: int = 404) -> ApiError:
    return error_of_answer(status, Headers(), body, date=0.0)


def said(method: str, path: str, body: bytes = NOT_FOUND, status: int = 404) -> str:
    return explained(error_of(body, status), method, path).message


def test_every_route_that_a_server_registers_is_in_the_table() -> None:
    everywhere = set().union(*registered().values())

    assert set(OFFERED) == everywhere | BEHIND_FURTHER_FLAGS
    assert not everywhere & BEHIND_FURTHER_FLAGS


@pytest.mark.parametrize("route", OFFERED)
def test_of_every_route_it_is_said_what_offers_it(route: str) -> None:
    method, path = route.split(" ")
    path = path.replace("{response_id}", "resp_1").replace("{adapter_name}", "styl")

    assert said(method, path) == said(method, "/llm" + path)
    assert said(method, path).endswith(f"vLLM 0.32 has it {OFFERED[route]}")


@pytest.mark.parametrize("prefix", ["/v1", "/llm/v1", "/v2"])
def test_a_route_of_the_server_asked_for_below_the_api_is_named(prefix: str) -> None:
    assert said("GET", f"{prefix}/health").endswith("vLLM has it at /health, not below its API")
    assert said("POST", f"{prefix}/tokenize").endswith("at /tokenize, not below its API")


def test_what_is_always_there_is_what_all_servers_have() -> None:
    everywhere = set.intersection(*registered().values()) - {"GET /openapi.json"}

    assert {route for route in OFFERED if "always" in OFFERED[route]} == everywhere


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("POST /sleep", "VLLM_SERVER_DEV_MODE=1"),
        ("POST /v1/load_lora_adapter", "VLLM_ALLOW_RUNTIME_LORA_UPDATING=1"),
        ("POST /v1/load_lora_adapter", "--enable-lora"),
        ("POST /v1/embeddings", "embedding models (--runner pooling)"),
        ("POST /v1/audio/transcriptions", "speech models"),
        ("POST /v1/chat/completions", "--runner generate"),
        ("POST /inference/v1/generate", "--enable-scale-out"),
        ("GET /tokenizer_info", "--enable-tokenizer-info-endpoint"),
        ("POST /start_profile", "--profiler-config"),
        ("GET /fault_tolerance/status", "--enable-fault-tolerance"),
        ("GET /version", "another kind or version"),
    ],
)
def test_the_flag_is_named(route: str, words: str) -> None:
    assert words in said(*route.split(" "))


def test_the_longest_route_counts() -> None:
    assert "--enable-scale-out" in said("POST", "/inference/v1/abort_requests")
    assert "dev mode" in said("POST", "/abort_requests")
    assert "--runner generate" in said("GET", "/v1/responses/health")


def test_a_method_that_is_not_there_is_explained_as_well() -> None:
    assert "dev mode" in said("POST", "/pause", NOT_ALLOWED, 405)


def test_the_recorded_refusals_are_explained() -> None:
    recording = load("chat", "err_404_post_embeddings")
    error = explained(error_of(recording.body), "POST", recording.path)

    assert error.message == (
        "Not Found: no such route here. If base_url is right: vLLM 0.32 has it "
        "for embedding models (--runner pooling)"
    )
    assert error.body == recording.body.decode()


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("POST", "/nobody/knows", 404, NOT_FOUND),
        ("GET", "/sleep", 405, NOT_ALLOWED),
        ("POST", "/sleep", 404, NOT_ALLOWED),
        ("POST", "/sleep", 403, NOT_FOUND),
        ("POST", "/sleep", 404, b""),
        ("POST", "/sleep", 404, b"Not Found"),
        ("POST", "/sleep", 404, b'{"detail":"no such session"}'),
        ("POST", "/sleep", 404, b"[" * 100_000),
        ("POST", "/v1/embeddings", 404, load("chat", "err_unknown_model.plain").body),
        (
            "POST",
            "/v1/unload_lora_adapter",
            404,
            load("chat-dev", "lora_unload_again").body,
        ),
        (
            "POST",
            "/v1/audio/translations",
            404,
            json.dumps({"error": {"message": "The model does not support …"}}).encode(),
        ),
    ],
)
def test_any_other_refusal_is_left_as_it_is(
    method: str, path: str, status: int, body: bytes
) -> None:
    before = error_of(body, status)

    assert said(method, path, body, status) == before.message


def test_an_explained_error_survives_a_pickle() -> None:
    error = explained(error_of(NOT_FOUND), "POST", "/sleep").of_request("POST", "/sleep")

    assert "DEV_MODE" in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
