"""Servers with an API key and a root path, and on a Unix socket."""

import pytest

from tests.live.answers import said, said_by_events
from tests.live.conftest import AddressOf
from tests.live.dialogues import HELLO
from tests.live.drivers import Driver, connect

QUESTION = HELLO.options(thinking=True)
ANSWER = HELLO.answer(thinking=True)


def _assert_speaks(driver: Driver) -> None:
    response = driver.call(lambda client: client.chat.completions.create(**QUESTION))
    events = driver.read(lambda client: client.chat.completions.stream(**QUESTION))
    assert said(response) == said_by_events(events) == ANSWER


@pytest.mark.parametrize("path", ["/llm/v1", "/v1"])
def test_api_key_and_root_path(facade: str, address_of: AddressOf, path: str) -> None:
    root = address_of("chat-auth").root
    with connect(facade, root + path, api_key="sk-one") as guest:
        _assert_speaks(guest)
        assert [model.id for model in guest.call(lambda client: client.models.list()).data] == [
            "tiny"
        ]
        assert guest.call(lambda client: client.health()) is True


def test_api_key_given_later(facade: str, address_of: AddressOf) -> None:
    with connect(facade, address_of("chat-auth").base_url) as stranger:
        response = stranger.call(
            lambda client: client.with_api_key("sk-two").chat.completions.create(**QUESTION)
        )
    assert said(response) == ANSWER


def test_api_key_from_the_environment(
    facade: str, address_of: AddressOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = address_of("chat-auth")
    monkeypatch.setenv("VLLM_API_KEY", "sk-one")
    monkeypatch.setenv("VLLM_BASE_URL", address.base_url)
    with connect(facade, None) as guest:
        _assert_speaks(guest)


def test_unix_socket(chat_uds: Driver) -> None:
    _assert_speaks(chat_uds)
    assert chat_uds.call(lambda client: client.health()) is True
