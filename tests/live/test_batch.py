"""Several conversations in one request."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.helpers.responses import without_nulls
from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from vllm_client import ApiError, user

QUESTIONS: dict[str, Any] = {
    "model": "tiny",
    "messages": [[user("Say hello.")], [user("Give me JSON")], [user("Say hello.")]],
    "temperature": 0,
}


def test_each_conversation_is_answered_as_in_a_single_request(
    chat: Driver, address_of: AddressOf
) -> None:
    batch = chat.call(lambda client: client.chat.completions.batch(**QUESTIONS))
    alone = [
        chat.call(
            lambda client, messages=messages: client.chat.completions.create(
                messages=messages, temperature=0
            )
        )
        for messages in QUESTIONS["messages"]
    ]

    assert [choice.index for choice in batch.choices] == [0, 1, 2]
    assert [choice.message for choice in batch.choices] == [answer.message for answer in alone]
    assert batch.usage.completion_tokens == sum(a.usage.completion_tokens for a in alone)

    connection = HTTPConnection(urlsplit(address_of("chat").root).netloc, timeout=60)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/v1/chat/completions/batch", json.dumps(QUESTIONS), headers)
    raw = json.loads(connection.getresponse().read())
    connection.close()
    told = batch.to_dict()
    for answer in (told, raw):
        del answer["id"], answer["created"]
    assert told == without_nulls(raw)


def test_options_apply_to_every_conversation(chat: Driver) -> None:
    options = {
        "max_completion_tokens": 3,
        "logprobs": True,
        "top_logprobs": 1,
        "return_token_ids": True,
        "chat_template_kwargs": {"enable_thinking": False},
    }
    batch = chat.call(lambda client: client.chat.completions.batch(**QUESTIONS, **options))

    assert {choice.finish_reason for choice in batch.choices} == {"length"}
    assert [len(choice.token_ids) for choice in batch.choices] == [3, 3, 3]
    assert [len(choice.logprobs.content) for choice in batch.choices] == [3, 3, 3]


def test_thinking_is_parsed_out_of_the_texts(chat_raw: Driver) -> None:
    batch = chat_raw.call(lambda client: client.chat.completions.batch(**QUESTIONS))

    assert all(choice.message.reasoning for choice in batch.choices)
    assert not any("<think>" in choice.message.content for choice in batch.choices)


@pytest.mark.parametrize("option", [{"n": 2}, {"use_beam_search": True}])
def test_unsupported_batch_options_are_rejected(chat: Driver, option: Any) -> None:
    with pytest.raises(ApiError, match="Batch chat completions do not support"):
        chat.call(lambda client: client.chat.completions.batch(**QUESTIONS, extra_body=option))
