"""Status calls with both clients."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facades.drivers import SyncFacade
from vllm_client import ApiError, IoError, ParseError
from vllm_client.testing import RawReply, SimulatedVllm

DOCUMENT = {"openapi": "3.1.0", "paths": {"/v1/chat/completions": {"post": {}}}}


def test_it_answers_a_ping(client: Any, server: SimulatedVllm) -> None:
    assert client.ping() is True
    assert (server.requests[-1].method, server.requests[-1].path) == ("GET", "/ping")


def test_ping_raises_if_the_server_cannot_be_reached(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    server.stop()
    with pytest.raises(IoError):
        facade.client(server.base_url).ping()
    with pytest.raises(IoError):
        facade.client(server.base_url).health()


@pytest.mark.parametrize("method", ["health", "ping"])
def test_a_server_with_a_dead_engine_is_not_alive(
    any_facade: SyncFacade, server: SimulatedVllm, method: str
) -> None:
    server.reply(RawReply(503), path=f"/{method}")

    assert getattr(any_facade.client(server.base_url), method)() is False
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", ["health", "ping"])
@pytest.mark.parametrize("status", [401, 404, 500, 502, 504])
def test_another_status_is_an_api_error(
    client: Any, server: SimulatedVllm, method: str, status: int
) -> None:
    server.reply(RawReply(status), path=f"/{method}")

    with pytest.raises(ApiError) as caught:
        getattr(client, method)()

    assert caught.value.code == status
    assert len(server.requests) == 1


def test_load_is_returned(client: Any) -> None:
    assert client.load() == 0


def test_metrics_are_returned(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    client = any_facade.client(server.base_url)
    client.chat.completions.create(messages=[{"role": "user", "content": "Hi"}])

    metrics = client.metrics()

    assert metrics.value("vllm:request_success_total", finished_reason="stop") == 1
    assert metrics["vllm:num_requests_running"].type == "gauge"


def test_html_instead_of_metrics_is_a_parse_error(client: Any, server: SimulatedVllm) -> None:
    server.reply(RawReply(200, b"<html>log in</html>"), path="/metrics")

    with pytest.raises(ParseError, match=r"line 1: .*log in.*\(GET /metrics"):
        client.metrics()


def test_server_info_is_returned(client: Any, server: SimulatedVllm) -> None:
    told = {"vllm_config": {"model_config": {}}, "vllm_env": {}, "system_env": {"os": "Linux"}}
    server.reply(RawReply(200, told), path="/server_info")

    assert client.server_info(config_format="json").vllm_config == {"model_config": {}}
    assert server.requests[-1].query == {"config_format": "json"}
    with pytest.raises(ApiError) as caught:
        client.server_info()
    assert caught.value.code == 404


def test_capabilities_are_returned(client: Any, server: SimulatedVllm) -> None:
    server.reply(RawReply(200, DOCUMENT), path="/openapi.json")

    offered = client.capabilities(extra_headers={"X-Trace": "7"})

    assert offered.families == {"chat"}
    assert [model.id for model in offered.models] == ["simulated"]
    assert offered.models[0].max_model_len == client.models.list().data[0].max_model_len
    assert offered.version == client.version()
    assert [request.path for request in server.requests[:3]] == [
        "/openapi.json",
        "/v1/models",
        "/version",
    ]
    assert {request.headers["x-trace"] for request in server.requests[:3]} == {"7"}


def test_without_openapi_json_the_capabilities_are_unknown(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(RawReply(404, {"detail": "Not Found"}), path="/openapi.json")
    offered = client.capabilities()

    assert offered.families is None
    assert offered.offers("chat") is None
    assert offered.version == client.version()


def test_a_gateway_may_hide_everything(client: Any, server: SimulatedVllm) -> None:
    hidden = RawReply(404, {"detail": "Not Found"})
    for path in ("/openapi.json", "/v1/models", "/version"):
        server.reply(hidden, path=path)

    offered = client.capabilities()

    assert (offered.version, offered.models, offered.routes) == (None, None, None)


def test_a_rejected_key_is_an_error(facade: SyncFacade) -> None:
    with SimulatedVllm(api_key="sk-1") as server, pytest.raises(ApiError) as caught:
        facade.client(server.base_url, api_key="sk-2").capabilities()

    assert (caught.value.code, caught.value.path) == (401, "/v1/models")
