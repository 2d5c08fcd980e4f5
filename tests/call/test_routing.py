"""The facts of a request on which the choice of a server depends."""

from __future__ import annotations

from typing import Any

import pytest

from vllm_client import RequestError, Servers
from vllm_client.call.build_request import build_request
from vllm_client.call.routing import Routing
from vllm_client.call.settings import ClientSettings, settings_of
from vllm_client.http.timeouts import Timeout
from vllm_client.vllm import routes
from vllm_client.vllm.routes import Route


def _settings(base_url: Any = ("http://x/p/v1", "http://me:hunter2@y")) -> ClientSettings:
    return settings_of(
        base_url,
        {},
        api_key=None,
        timeout=Timeout(),
        headers=None,
        retry=None,
        thinking=True,
        api_prefix=None,
    )


def _routing(route: Route, settings: ClientSettings | None = None, **more: Any) -> Routing | None:
    return build_request(settings or _settings(), route, lambda reply: reply, **more).routing


def test_a_client_of_one_server_has_no_routing() -> None:
    one = _settings("http://x")

    assert _routing(routes.MODELS, one) is None
    with pytest.raises(RequestError, match="a single server"):
        _routing(routes.MODELS, one, call={"server": "a"})


def test_the_fields_and_the_server_of_the_caller_are_kept() -> None:
    body = {"model": "m", "session_id": "s"}

    routing = _routing(routes.CHAT_COMPLETIONS, body=body, call={"server": "a"})

    assert routing == Routing("a", body)


def test_id_of_a_stored_response_is_found() -> None:
    retrieve = _routing(routes.RETRIEVE_RESPONSE, parameters={"response_id": "resp_1"})
    cancel = _routing(routes.CANCEL_RESPONSE, parameters={"response_id": "resp_1"})
    body = {"input": "Hi", "previous_response_id": "resp_1"}

    assert retrieve == cancel == Routing(response_id="resp_1")
    assert _routing(routes.RESPONSES, body=body) == Routing(None, body, "resp_1", stores=True)


@pytest.mark.parametrize("route", [r for r in routes.ROUTES if r.per_server], ids=str)
def test_call_that_concerns_one_server_needs_its_name(route: Route) -> None:
    parameters = dict.fromkeys(route.parameters, "x")
    with pytest.raises(RequestError, match="concerns one server"):
        _routing(route, parameters=parameters)

    assert _routing(route, parameters=parameters, call={"server": "a"}) == Routing("a")


def test_every_call_that_changes_a_server_concerns_one() -> None:
    others = {route.path for route in routes.ROUTES if not (route.replayable or route.per_server)}

    assert others == {routes.CANCEL_RESPONSE.path}


def test_path_of_the_caller_is_looked_up() -> None:
    with pytest.raises(RequestError, match="concerns one server"):
        _routing(Route("POST", "/sleep", ""))

    assert _routing(Route("POST", "/elsewhere", "")) == Routing()


def test_settings_of_several_servers_show_all_urls() -> None:
    settings = _settings(Servers({"a": "http://x/p/v1", "b": "http://me:hunter2@y"}))

    assert (settings.base_url.root, settings.base_url.api) == ("", "/v1")
    assert settings.shown_url == "http://x/p/v1,http://y/v1"
    assert {"me:hunter2", "bWU6aHVudGVyMg=="} <= set(settings.secrets)
    assert settings.servers is not None
    (_, first), _ = settings.servers.urls
    assert str(settings.of_server(first).base_url) == "http://x/p/v1"
    assert settings.of_server(first).servers is None


def test_duplicate_url_is_rejected() -> None:
    with pytest.raises(RequestError, match="http://x/v1 is given twice"):
        _settings(["http://x", "http://x/v1"])
