"""Request ids of the caller reach the server and are in the answer's id."""

import pytest

from tests.live.dialogues import HELLO
from tests.live.drivers import Driver
from vllm_client import ApiError

QUESTION = HELLO.options(thinking=False)


def test_request_id_in_a_header_of_the_call(chat_dev: Driver) -> None:
    headers = {"X-Request-ID": "given-1"}
    response = chat_dev.call(
        lambda client: client.chat.completions.create(**QUESTION, extra_headers=headers)
    )
    heard = chat_dev.hear(
        lambda client: client.chat.completions.stream(**QUESTION, extra_headers=headers)
    )
    assert response.id == heard.response.id == "chatcmpl-given-1"


def test_request_id_in_a_header_of_the_client(chat_dev: Driver) -> None:
    response = chat_dev.call(
        lambda client: client.with_header("X-Request-ID", "given-2").chat.completions.create(
            **QUESTION
        )
    )
    assert response.id == "chatcmpl-given-2"


def test_request_id_in_the_body(chat_dev: Driver) -> None:
    response = chat_dev.call(
        lambda client: client.chat.completions.create(**QUESTION, request_id="given-3")
    )
    assert response.id == "chatcmpl-given-3"


def test_error_has_the_request_id(chat_dev: Driver) -> None:
    with pytest.raises(ApiError) as caught:
        chat_dev.call(
            lambda client: client.chat.completions.create(
                **QUESTION | {"model": "nope"}, extra_headers={"X-Request-ID": "given-4"}
            )
        )
    assert caught.value.request_id == "given-4"


def test_every_request_gets_its_own_id_by_default(chat_dev: Driver) -> None:
    answers = [
        chat_dev.call(lambda client: client.chat.completions.create(**QUESTION)) for _ in range(2)
    ]
    assert answers[0].id != answers[1].id
