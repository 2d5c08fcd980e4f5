"""The table of routes, and the hint for a route that a server lacks."""

import ast
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recordings import Recording, all_recordings, load
from tests.schemas import kinds
from vllm_client.call.server_errors import error_of_answer, explained
from vllm_client.errors import ApiError
from vllm_client.http.headers import Headers
from vllm_client.vllm import routes
from vllm_client.vllm.new_fields import NEW_FIELDS
from vllm_client.vllm.routes import ROUTES, Route

NOT_FOUND = b'{"detail":"Not Found"}'
NOT_ALLOWED = b'{"detail":"Method Not Allowed"}'

# Documentation pages of the web framework, for which the client has no methods.
PAGES = {"/docs", "/docs/oauth2-redirect", "/redoc"}

# Routes that need a flag with which no recorded server was started.
BEHIND_FURTHER_FLAGS = {
    "POST /fault_tolerance/apply",
    "GET /fault_tolerance/status",
    "POST /cohere/v2/chat",
}


# No recorded server answered these with 200: they need a flag, a plugin, a second engine, a stored
# response or a trainer that none had, or they were not asked for.
NOT_RECORDED = {
    "DELETE /adapters/{adapter_name}",
    "GET /fault_tolerance/status",
    "GET /openapi.json",
    "GET /server_info",
    "GET /tokenizer_info",
    "GET /v1/responses/{response_id}",
    "POST /abort_requests",
    "POST /adapters",
    "POST /cohere/v2/chat",
    "POST /collective_rpc",
    "POST /fault_tolerance/apply",
    "POST /finish_weight_update",
    "POST /init_weight_transfer_engine",
    "POST /invocations",
    "POST /ping",
    "POST /release_kv_cache_memory",
    "POST /reset_encoder_cache",
    "POST /scale_elastic_ep",
    "POST /shutdown_weight_transfer_engine",
    "POST /start_draft_weight_update",
    "POST /start_profile",
    "POST /start_weight_update",
    "POST /stop_profile",
    "POST /update_weight_version",
    "POST /update_weights",
    "POST /v1/messages/render",
    "POST /v1/responses/render",
    "POST /v1/responses/{response_id}/cancel",
    "POST /v2/embed",
    "POST /weight_checker",
}

GOOD = [recording for recording in all_recordings() if recording.status == 200]


def registered() -> dict[str, set[str]]:
    """Return the routes of each kind of server, as "METHOD /path"."""
    return {
        kind: {route for route in served["routes"] if _is_for_clients(*route.split(" "))}
        for kind, served in kinds().items()
    }


def _is_for_clients(method: str, path: str) -> bool:
    return method != "HEAD" and path not in PAGES


def routes_of(recording: Recording) -> list[Route]:
    """Return the routes of a recorded request, whose path may have the prefix of a proxy."""
    path = recording.path.partition("?")[0].removeprefix("/llm")
    return [route for route in ROUTES if route.method == recording.method and _is_at(route, path)]


def _is_at(route: Route, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route.full_path)), path) is not None


def error_of(body: bytes, status: int = 404) -> ApiError:
    return error_of_answer(status, Headers(), body, date=0.0)


def said(method: str, path: str, body: bytes = NOT_FOUND, status: int = 404) -> str:
    return explained(error_of(body, status), method, path).message


def test_every_route_that_a_server_registers_is_in_the_table() -> None:
    everywhere = set().union(*registered().values())

    assert {str(route) for route in ROUTES} == everywhere | BEHIND_FURTHER_FLAGS
    assert not everywhere & BEHIND_FURTHER_FLAGS


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_route_says_which_servers_have_it(route: Route) -> None:
    path = route.full_path.replace("{response_id}", "resp_1").replace("{adapter_name}", "styl")

    assert said(route.method, path) == said(route.method, "/llm" + path)
    has = f"vLLM has it since {route.since}," if route.since else "vLLM 0.33 has it"
    assert said(route.method, path).endswith(f"{has} {route.servers}")


@pytest.mark.parametrize("prefix", ["/v1", "/llm/v1", "/v2"])
def test_hint_for_a_root_route_requested_below_the_api_names_the_path(prefix: str) -> None:
    assert said("GET", f"{prefix}/health").endswith("vLLM has it at /health, not below its API")
    assert said("POST", f"{prefix}/tokenize").endswith("at /tokenize, not below its API")


def test_routes_are_unique() -> None:
    assert len({str(route) for route in ROUTES}) == len(ROUTES)


def test_table_has_all_constants() -> None:
    constants = {name for name, value in vars(routes).items() if isinstance(value, Route)}

    assert len(constants) == len(ROUTES)
    assert {getattr(routes, name) for name in constants} == set(ROUTES)


def test_route_of_the_api_has_its_prefix() -> None:
    assert routes.SCORE_V1.path == routes.SCORE.path == "/score"
    assert str(routes.SCORE_V1) == "POST /v1/score"
    assert str(routes.SCORE) == "POST /score"
    assert routes.CANCEL_RESPONSE.full_path == "/v1/responses/{response_id}/cancel"


def test_the_path_parameters_are_those_in_braces() -> None:
    assert {str(route): route.parameters for route in ROUTES if route.parameters} == {
        "GET /v1/responses/{response_id}": ("response_id",),
        "POST /v1/responses/{response_id}/cancel": ("response_id",),
        "DELETE /adapters/{adapter_name}": ("adapter_name",),
    }


def test_only_routes_that_change_the_server_are_not_replayable() -> None:
    assert {str(route) for route in ROUTES if not route.replayable} == {
        "DELETE /adapters/{adapter_name}",
        "POST /abort_requests",
        "POST /adapters",
        "POST /collective_rpc",
        "POST /fault_tolerance/apply",
        "POST /finish_weight_update",
        "POST /inference/v1/abort_requests",
        "POST /init_weight_transfer_engine",
        "POST /pause",
        "POST /release_kv_cache_memory",
        "POST /reset_encoder_cache",
        "POST /reset_mm_cache",
        "POST /reset_prefix_cache",
        "POST /resume",
        "POST /scale_elastic_ep",
        "POST /shutdown_weight_transfer_engine",
        "POST /sleep",
        "POST /start_draft_weight_update",
        "POST /start_profile",
        "POST /start_weight_update",
        "POST /stop_profile",
        "POST /update_weight_version",
        "POST /update_weights",
        "POST /v1/load_lora_adapter",
        "POST /v1/responses/{response_id}/cancel",
        "POST /v1/unload_lora_adapter",
        "POST /wake_up",
        "POST /weight_checker",
    }


def test_routes_with_version_dependent_options_are_adapted() -> None:
    assert {route.path for route in ROUTES if route.adapted} == NEW_FIELDS.keys()
    for route in ROUTES:
        assert route.adapted is (route.method == "POST" and route.path in NEW_FIELDS), route


def test_bulk_routes_take_a_json_request_and_return_one_json_answer() -> None:
    assert {str(route) for route in ROUTES if route.bulk} == {
        "POST /classify",
        "POST /generative_scoring",
        "POST /inference/v1/generate",
        "POST /pooling",
        "POST /rerank",
        "POST /score",
        "POST /v1/chat/completions",
        "POST /v1/completions",
        "POST /v1/embeddings",
        "POST /v1/messages",
        "POST /v1/rerank",
        "POST /v1/responses",
        "POST /v1/score",
        "POST /v2/embed",
        "POST /v2/rerank",
    }


def test_each_capability_is_proved_by_one_route() -> None:
    assert {str(route): route.capability for route in ROUTES if route.capability} == {
        "POST /v1/chat/completions": "chat",
        "POST /v1/completions": "completions",
        "POST /v1/responses": "responses",
        "POST /v1/messages": "messages",
        "POST /inference/v1/generate": "inference",
        "POST /v1/chat/completions/render": "render",
        "POST /generative_scoring": "generative_scoring",
        "POST /v1/embeddings": "embeddings",
        "POST /pooling": "pooling",
        "POST /score": "score",
        "POST /rerank": "rerank",
        "POST /classify": "classify",
        "POST /v1/audio/transcriptions": "transcriptions",
        "POST /v1/audio/translations": "translations",
        "POST /tokenize": "tokenize",
        "GET /tokenizer_info": "tokenizer_info",
        "POST /v1/load_lora_adapter": "lora",
        "GET /server_info": "dev_mode",
        "POST /start_profile": "profile",
        "POST /scale_elastic_ep": "elastic",
        "GET /fault_tolerance/status": "fault_tolerance",
    }


def test_every_recorded_success_belongs_to_exactly_one_route() -> None:
    for recording in GOOD:
        assert len(routes_of(recording)) == 1, recording


def test_every_route_has_a_recorded_success_or_is_listed() -> None:
    recorded = {str(route) for recording in GOOD for route in routes_of(recording)}

    assert recorded | NOT_RECORDED == {str(route) for route in ROUTES}
    assert not recorded & NOT_RECORDED


def test_routes_marked_always_are_those_of_all_recorded_servers() -> None:
    everywhere = set.intersection(*registered().values()) - {"GET /openapi.json"}

    assert {str(route) for route in ROUTES if "always" in route.servers} == everywhere


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


def test_longest_matching_route_is_found() -> None:
    assert "--enable-scale-out" in said("POST", "/inference/v1/abort_requests")
    assert "dev mode" in said("POST", "/abort_requests")
    assert "--runner generate" in said("GET", "/v1/responses/health")


def test_missing_method_gets_a_hint_too() -> None:
    assert "dev mode" in said("POST", "/pause", NOT_ALLOWED, 405)


def test_recorded_errors_for_missing_routes_get_a_hint() -> None:
    recording = load("chat", "err_404_post_embeddings")
    error = explained(error_of(recording.body), "POST", recording.path)

    assert error.message == (
        "Not Found: no such route here. If base_url is right: vLLM 0.33 has it "
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
def test_other_errors_get_no_hint(method: str, path: str, status: int, body: bytes) -> None:
    before = error_of(body, status)

    assert said(method, path, body, status) == before.message


def test_an_unknown_route_has_no_hint() -> None:
    assert routes.missing_route_hint("POST", "/nobody/knows") is None
    assert routes.missing_route_hint("GET", "/v1/nobody") is None
    assert routes.missing_route_hint("PUT", "/sleep") is None


def test_an_explained_error_survives_a_pickle() -> None:
    error = explained(error_of(NOT_FOUND), "POST", "/sleep").of_request("POST", "/sleep")

    assert "DEV_MODE" in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


# Paths of routes are written only in vllm/routes.py.

PACKAGE = Path(routes.__file__).parents[1]
# openai/ imports only the package root; its paths are those that openai-python sends.
SPELLED = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path != Path(routes.__file__) and path.relative_to(PACKAGE).parts[0] != "openai"
]


def texts_of(source: str) -> Iterator[str]:
    """Yield the string literals of a module, including parts of f-strings, without docstrings."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.value


def spelled_paths(source: str) -> set[str]:
    """Return the paths of routes in the string literals of a module."""
    return {
        route.path
        for text in texts_of(source)
        for route in ROUTES
        if re.search(rf"(?<![\w/]){_anywhere(route.path)}(?![\w/])", text)
    }


def _anywhere(path: str) -> str:
    """Return a pattern for a path, with or without the prefix of the API.

    It also matches a path of several segments without its first slash.
    """
    slash = "/?" if path.count("/") > 1 else "/"
    name = re.sub(r"\\{\w+\\}", r"[^/\\s]*", re.escape(path.removeprefix("/")))
    return rf"(?:/v[0-9]+)?{slash}{name}"


def test_spelled_paths_are_found() -> None:
    assert spelled_paths('f"{root}/sleep"; PATH = "/sleep"') == {"/sleep"}
    assert spelled_paths('f"{url.api}/chat/completions"') == {"/chat/completions"}
    assert spelled_paths('PATHS = ["/v1/models", "fault_tolerance/status"]') == {
        "/models",
        "/fault_tolerance/status",
    }
    assert spelled_paths('x = \'say "/tokenize", or\'; y = "see GET /load"') == {
        "/tokenize",
        "/load",
    }
    assert spelled_paths('"""POST /sleep."""\nx = "sleep"') == set()


@pytest.mark.parametrize("module", SPELLED, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_path_is_spelled_elsewhere(module: Path) -> None:
    assert spelled_paths(module.read_text(encoding="utf-8")) == set()
