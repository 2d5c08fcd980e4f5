"""Rejected requests raise the server's error, plain and streamed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.live.conftest import AddressOf
from tests.live.dialogues import HELLO, WEATHER
from tests.live.drivers import Driver, connect
from vllm_client import ApiError
from vllm_client.call.retry import is_retryable

Open = Callable[[Driver, dict[str, Any]], Any]


def _plain(driver: Driver, options: dict[str, Any]) -> Any:
    return driver.call(lambda client: client.chat.completions.create(**options))


def _events(driver: Driver, options: dict[str, Any]) -> Any:
    return driver.read(lambda client: client.chat.completions.stream(**options))


def _chunks(driver: Driver, options: dict[str, Any]) -> Any:
    return driver.read(lambda client: client.chat.completions.create(**options, stream=True))


every_way = pytest.mark.parametrize("ask", [_plain, _events, _chunks])


def _refusal(ask: Open, driver: Driver, **changes: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        ask(driver, HELLO.options(thinking=False) | changes)
    return caught.value


@every_way
def test_an_unknown_model_is_not_found(chat: Driver, ask: Open) -> None:
    error = _refusal(ask, chat, model="nope")
    assert (error.code, error.type, error.param) == (404, "NotFoundError", "model")
    assert "The model `nope` does not exist" in error.message
    assert not is_retryable(error)


@every_way
def test_too_long_a_prompt_names_the_parameter(chat: Driver, ask: Open) -> None:
    error = _refusal(ask, chat, messages=[{"role": "user", "content": "hello " * 5000}])
    assert (error.code, error.type, error.param) == (400, "BadRequestError", "input_tokens")


@every_way
def test_bad_regex_is_rejected_although_the_stream_began_with_200(chat: Driver, ask: Open) -> None:
    error = _refusal(ask, chat, structured_outputs={"regex": "("})
    assert (error.code, error.type) == (400, "BadRequestError")
    assert "unclosed group" in error.message


@every_way
def test_value_out_of_range_is_rejected(chat: Driver, ask: Open) -> None:
    error = _refusal(ask, chat, temperature=-1)
    assert (error.code, error.param) == (400, "temperature")
    assert (error.method, error.path) == ("POST", "/v1/chat/completions")


@every_way
def test_value_of_the_wrong_type_is_rejected(chat: Driver, ask: Open) -> None:
    error = _refusal(ask, chat, extra_body={"temperature": "hot"})
    assert (error.code, error.type) == (400, "Bad Request")


@every_way
def test_tools_without_a_parser_are_rejected(chat_raw: Driver, ask: Open) -> None:
    error = _refusal(ask, chat_raw, tools=list(WEATHER.tools))
    assert error.code == 400
    assert "--enable-auto-tool-choice" in error.message


@every_way
def test_an_unknown_route_is_not_found(facade: str, address_of: AddressOf, ask: Open) -> None:
    address = address_of("chat")
    with connect(facade, f"{address.root}/nowhere/v1") as lost:
        error = _refusal(ask, lost)
    assert error.code == 404
    assert "Not Found" in error.message


@every_way
@pytest.mark.parametrize("settings", [{}, {"api_key": "sk-wrong"}], ids=["no_key", "wrong_key"])
def test_a_wrong_key_is_unauthorized(
    facade: str, address_of: AddressOf, ask: Open, settings: dict[str, str]
) -> None:
    with connect(facade, address_of("chat-auth").base_url, **settings) as stranger:
        error = _refusal(ask, stranger)
    assert error.code == 401
    assert "sk-wrong" not in f"{error!r} {error} {vars(error)}"
