"""Routes without generation, the API key, and requests that vLLM rejects."""

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.testing.wire import ask, chat, read_all, sent
from vllm_client.testing import Cut, ErrorReply, RawReply, SimulatedVllm
from vllm_client.testing.routes import (
    ALWAYS,
    BY_FLAG,
    BY_TASK,
    IN_DEV_MODE,
    NOT_SIMULATED,
    routes_of,
)
from vllm_client.testing.server_version import VersionBehavior
from vllm_client.testing.settings import SimulatorSettings, Task
from vllm_client.vllm.routes import ROUTES

ROOT = Path(__file__).resolve().parents[2]

CHAT = "/v1/chat/completions"
MESSAGE = "body.messages.0"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/health"), ("GET", "/ping"), ("POST", "/ping")]
)
def test_health_is_an_empty_body(server: SimulatedVllm, method: str, path: str) -> None:
    answer = ask(server, method, path)
    assert (answer.status, answer.body) == (200, b"")


def test_models_are_listed() -> None:
    with SimulatedVllm(models=["a", "b"], max_model_len=77) as server:
        cards = ask(server, "GET", "/v1/models").json["data"]
    assert [(card["id"], card["max_model_len"]) for card in cards] == [("a", 77), ("b", 77)]


def test_load_and_metrics_count(server: SimulatedVllm) -> None:
    chat(server)
    server.wait_until(lambda: server.running == 0)
    assert ask(server, "GET", "/load").json == {"server_load": 0}
    metrics = ask(server, "GET", "/metrics")
    assert metrics.header("content-type") == "text/plain; version=1.0.0; charset=utf-8"
    assert b'finished_reason="stop",model_name="simulated"} 1.0' in metrics.body


def test_detokenize_reverses_tokenize(server: SimulatedVllm) -> None:
    text = "Grüße,  Welt!\n\t递归 👋 a_b <think>x</think>"
    body = {"prompt": text, "return_token_strs": True}
    tokenized = ask(server, "POST", "/tokenize", body).json
    assert "".join(tokenized["token_strs"]) == text
    assert tokenized["count"] == len(tokenized["tokens"]) == len(tokenized["token_strs"])
    again = ask(server, "POST", "/detokenize", {"tokens": tokenized["tokens"]})
    assert again.json == {"prompt": text}
    assert ask(server, "POST", "/detokenize", {"tokens": [10**9, -1]}).json == {"prompt": ""}


def test_messages_are_tokenized_as_their_prompt(server: SimulatedVllm) -> None:
    messages = [{"role": "user", "content": "Hi"}]
    tokenized = ask(server, "POST", "/tokenize", {"messages": messages}).json
    assert tokenized["token_strs"] is None
    assert tokenized["count"] == chat(server, "Hi").json["usage"]["prompt_tokens"]


@pytest.mark.parametrize("path", ["/nope", "/cohere/v2/chat", "/sleep", "/"])
def test_an_unknown_route_is_not_found(server: SimulatedVllm, path: str) -> None:
    answer = ask(server, "POST", path, {})
    assert (answer.status, answer.json) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", CHAT, "POST"), ("POST", "/health", "GET"), ("DELETE", "/ping", "GET, POST")],
)
def test_a_wrong_method_is_not_allowed(
    server: SimulatedVllm, method: str, path: str, allowed: str
) -> None:
    answer = ask(server, method, path)
    assert (answer.status, answer.json) == (405, {"detail": "Method Not Allowed"})
    assert answer.header("allow") == allowed


@pytest.mark.parametrize("path", ["/health", "/version", "/metrics", "/ping"])
def test_routes_outside_v1_need_no_key(path: str) -> None:
    with SimulatedVllm(api_key="secret") as server:
        assert ask(server, "GET", path).status == 200


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer secret", 200),
        ("bearer secret", 200),
        ("Bearer other", 401),
        ("Basic secret", 401),
        ("secret", 401),
        ("", 401),
    ],
)
def test_v1_needs_the_key(authorization: str, status: int) -> None:
    with SimulatedVllm(api_key="secret") as server:
        server.reply(RawReply(200))
        answer = ask(server, "GET", "/v1/models", None, authorization=authorization)
        assert answer.status == status
        assert ask(server, "GET", "/v1/nope", None, authorization="Bearer secret").status == 404
        assert ask(server, "POST", CHAT, {}).status == 401
        assert server.replies_left == 1


def test_rejected_request_uses_up_no_reply(server: SimulatedVllm) -> None:
    server.reply("kept")
    for body in ({}, {"messages": []}, b"{", {"messages": [], "n": "x"}):
        assert ask(server, "POST", CHAT, body).status == 400
    assert chat(server).json["choices"][0]["message"]["content"] == "kept"


def test_unknown_path_can_be_scripted(server: SimulatedVllm) -> None:
    server.reply(RawReply(200, {"data": []}), path="/cohere/v2/chat")
    assert ask(server, "POST", "/cohere/v2/chat", {"input": "x"}).json == {"data": []}
    assert ask(server, "POST", "/cohere/v2/chat", {"input": "x"}).status == 404


def test_scripts_faults_and_the_log_work_on_routes_without_the_model() -> None:
    with SimulatedVllm(dev_mode=True) as server:
        server.reply(ErrorReply(500, "no scaling"), path="/scale_elastic_ep")
        server.reply(RawReply(200, {"a": 1}), path="/weight_info", faults=[Cut(after=10)])
        failed = ask(server, "POST", "/scale_elastic_ep", {"new_data_parallel_size": 2})
        with sent(server, "GET", "/weight_info") as connection:
            cut = read_all(connection)
        again = ask(server, "GET", "/weight_info")
        paths = [request.path for request in server.requests]
    assert (failed.status, failed.json["error"]["message"]) == (500, "no scaling")
    assert (len(cut), again.json) == (10, {"weight_version": "default"})
    assert paths == ["/scale_elastic_ep", "/weight_info", "/weight_info"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/responses/render", 400),
        ("GET", "/v1/responses/render", 404),
        ("GET", "/v1/responses/x", 404),
        ("POST", "/v1/responses/x", 405),
    ],
)
def test_literal_path_takes_precedence_over_a_parameter(
    server: SimulatedVllm, method: str, path: str, status: int
) -> None:
    assert ask(server, method, path, {}).status == status


def test_route_without_the_model_cannot_be_answered_with_a_reply(server: SimulatedVllm) -> None:
    server.reply("text", path="/health")
    answer = ask(server, "GET", "/health")
    assert answer.status == 500
    assert "only routes that ask the model" in answer.json["error"]["message"]


def test_root_path_may_be_omitted_as_in_vllm() -> None:
    with SimulatedVllm(root_path="/llm") as server:
        assert ask(server, "GET", "/llm/version").status == 200
        assert ask(server, "GET", "/version").status == 200
        assert ask(server, "GET", "/llmversion").status == 404


@pytest.mark.parametrize(
    ("hold", "name", "release"),
    [("/pause?mode=keep", "paused", "/resume"), ("/sleep", "sleeping", "/wake_up")],
)
def test_generations_wait_while_paused_or_asleep(hold: str, name: str, release: str) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        assert ask(server, "POST", hold).status == 200
        assert ask(server, "GET", f"/is_{name}").json == {f"is_{name}": True}
        asking = threading.Thread(target=chat, args=(server,))
        asking.start()
        server.wait_until(lambda: server.running == 1)
        assert ask(server, "GET", "/health").status == 200
        assert ask(server, "POST", release).status == 200
        asking.join()
        assert ask(server, "GET", f"/is_{name}").json == {f"is_{name}": False}


def test_generations_wait_until_neither_paused_nor_asleep() -> None:
    with SimulatedVllm(dev_mode=True) as server:
        ask(server, "POST", "/pause?mode=keep")
        ask(server, "POST", "/sleep?level=2")
        ask(server, "POST", "/resume")
        asking = threading.Thread(target=chat, args=(server,))
        asking.start()
        server.wait_until(lambda: server.running == 1)
        ask(server, "POST", "/wake_up")
        asking.join()


@pytest.mark.parametrize("level", ["0", "2"])
def test_sleep_answers_with_its_level(level: str) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        answer = ask(server, "POST", f"/sleep?level={level}")
    assert answer.json == {"status": "sleeping", "level": int(level)}


@pytest.mark.parametrize("level", ["x", "-1", "3"])
def test_unknown_sleep_level_is_rejected(level: str) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        answer = ask(server, "POST", f"/sleep?level={level}")
        assert ask(server, "GET", "/is_sleeping").json == {"is_sleeping": False}
    assert (answer.status, answer.json["error"]["param"]) == (400, "query.level")


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        ({"n": "x"}, "valid integer", "body.n"),
        ({"temperature": "hot"}, "valid number", "body.temperature"),
        ({"stream": "maybe"}, "valid boolean", "body.stream"),
        ({"tools": {}}, "valid list", "body.tools"),
        ({"stop": 7}, "valid list", "body.stop"),
        (
            {"messages": ["hi"]},
            "valid dictionary",
            f"{MESSAGE}.ChatCompletionDeveloperMessageParam",
        ),
        ({"temperature": 0, "n": 2}, "n must be 1 when using greedy sampling, got 2.", None),
        ({"max_tokens": -5}, "max_tokens must be at least 1, got -5. (", "max_tokens"),
        ({"max_completion_tokens": 0}, "must be at least 1", "max_tokens"),
        (
            {"stream": True, "prompt_logprobs": 1},
            "not available when `stream=True`",
            "prompt_logprobs",
        ),
    ],
)
def test_invalid_value_is_rejected(
    server: SimulatedVllm, body: dict[str, Any], message: str, param: str | None
) -> None:
    answer = ask(server, "POST", CHAT, {"messages": [{"role": "user", "content": "Hi"}], **body})
    assert answer.status == 400
    assert message in answer.json["error"]["message"]
    assert answer.json["error"]["param"] == param


@pytest.mark.parametrize("body", [b"[]", b"7", b"\xff", b""])
def test_body_that_is_not_an_object_is_rejected(server: SimulatedVllm, body: bytes) -> None:
    answer = ask(server, "POST", CHAT, body)
    assert (answer.status, answer.json["error"]["type"]) == (400, "Bad Request")


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": None}])
def test_a_completion_needs_a_prompt(server: SimulatedVllm, body: Any) -> None:
    answer = ask(server, "POST", "/v1/completions", body)
    assert answer.status == 400
    assert "Either prompt or prompt_embeds" in answer.json["error"]["message"]


KINDS: dict[Task, str] = {
    "generate": "chat",
    "embed": "embed",
    "score": "bert_rank",
    "classify": "bert_class",
    "transcription": "whisper",
}
"""A task -> the server of tests/schemas/routes.json whose model has that task."""
WITHOUT = {
    "/docs",
    "/docs/oauth2-redirect",
    "/redoc",
    "/inference/v1/abort_requests",
    "/inference/v1/generate",
    "/v1/chat/completions/render",
    "/v1/chat/completions/derender",
    "/v1/completions/render",
    "/v1/completions/derender",
    "/v1/messages/render",
    "/v1/responses/render",
    "/tokenizer_info",
}
"""Routes of such real servers that a simulated server with that task does not have: documentation
pages, and routes enabled by flags of the recorded servers."""


@pytest.mark.parametrize("task", KINDS)
def test_routes_of_a_task_equal_those_of_a_real_server(task: Task) -> None:
    real = json.loads((ROOT / "tests/schemas/routes.json").read_text())[KINDS[task]]["routes"]
    ours = {str(route) for route in routes_of(SimulatorSettings(VersionBehavior(), task=task))}
    missing = {route for route in set(real) - ours if not route.startswith("HEAD ")}

    assert ours <= set(real)
    assert {route.partition(" ")[2] for route in missing} <= WITHOUT


def test_server_without_a_task_has_the_routes_of_all_tasks_and_flags() -> None:
    ours = routes_of(SimulatorSettings(VersionBehavior()))
    tasks = [routes_of(SimulatorSettings(VersionBehavior(), task=task)) for task in KINDS]

    assert set(ours) == {route for one in tasks for route in one} | set(BY_FLAG)


def test_dev_mode_adds_its_routes() -> None:
    settings = SimulatorSettings(VersionBehavior(), dev_mode=True)

    assert set(routes_of(settings)) - set(routes_of(evolve(settings, dev_mode=False))) == set(
        IN_DEV_MODE
    )


def test_every_route_is_simulated_or_excluded_with_a_reason() -> None:
    ours = routes_of(SimulatorSettings(VersionBehavior(), dev_mode=True))
    assert set(ROUTES) == set(ours) | set(NOT_SIMULATED)
    assert not set(ours) & set(NOT_SIMULATED)
    assert all(NOT_SIMULATED.values())


def test_readme_lists_all_routes() -> None:
    """Compare the table in testing/README.md with the routes of each task or flag."""
    text = (ROOT / "vllm_client" / "testing" / "README.md").read_text(encoding="utf-8")
    table = text.partition("| `task` | routes of the simulated server |")[2].partition("\n\n")[0]
    rows = [line.split("|") for line in table.splitlines() if "`" in line]
    listed = {row[1].strip().strip("`"): re.findall(r"`(/[^`]+)`", row[2]) for row in rows}
    sets = {**BY_TASK, "every": ALWAYS, "none": BY_FLAG, "dev_mode=True": IN_DEV_MODE}

    assert {name: sorted(paths) for name, paths in listed.items()} == {
        name: sorted({route.full_path for route in table}) for name, table in sets.items()
    }


@pytest.mark.parametrize(
    ("version", "path", "status"),
    [
        ("0.11.0", "/v1/messages", 404),
        ("0.11.1", "/v1/messages", 400),
        ("0.17.0", "/v2/embed", 404),
        ("0.18.0", "/v2/embed", 400),
        ("0.10.2", "/v1/responses", 400),
    ],
)
def test_version_has_no_routes_of_later_versions(version: str, path: str, status: int) -> None:
    with SimulatedVllm(version=version) as server:
        assert ask(server, "POST", path, {}).status == status
