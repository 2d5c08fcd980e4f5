"""Text to token ids and back, with a real server's tokenizer."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from vllm_client import ApiError, assistant, user

TEXT = "Once upon a time, 日本 🎈"
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


@pytest.fixture
def by_hand(address_of: AddressOf) -> Any:
    """Return a function that posts JSON with the standard library."""
    root = address_of("chat").root

    def post(path: str, body: Any) -> Any:
        connection = HTTPConnection(urlsplit(root).netloc, timeout=60)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, text
        return json.loads(text)

    return post


def test_prompt_round_trip(chat: Driver, by_hand: Any) -> None:
    answer = chat.call(
        lambda client: client.tokenize(prompt=TEXT, model="tiny", return_token_strs=True)
    )
    raw = by_hand("/tokenize", {"prompt": TEXT, "return_token_strs": True})

    assert answer.to_dict() == raw
    assert (answer.count, answer.max_model_len) == (len(answer.tokens), 2048)
    assert len(answer.token_strs) == answer.count
    text = chat.call(lambda client: client.detokenize(answer.tokens))
    assert text == by_hand("/detokenize", {"tokens": answer.tokens})["prompt"] == TEXT


def test_conversation_is_formatted_by_the_template(chat: Driver, by_hand: Any) -> None:
    messages = [user("Hi"), assistant("Hello!"), user("Weather?")]
    options = {"tools": [TOOL], "chat_template_kwargs": {"enable_thinking": False}}
    answer = chat.call(lambda client: client.tokenize(messages=messages, **options))
    raw = by_hand("/tokenize", {"messages": messages, **options})

    assert answer.to_dict() == {key: value for key, value in raw.items() if value is not None}
    text = chat.call(lambda client: client.detokenize(answer.tokens, model="tiny"))
    assert "get_weather" in text
    assert text.startswith("<|im_start|>")
    shorter = chat.call(
        lambda client: client.tokenize(messages=messages, add_generation_prompt=False, **options)
    )
    assert shorter.count < answer.count


def test_count_equals_the_prompt_tokens_of_the_answer(chat: Driver) -> None:
    messages = [user("Say hello.")]
    counted = chat.call(lambda client: client.tokenize(messages=messages))
    response = chat.call(
        lambda client: client.chat.completions.create(messages=messages, max_tokens=1)
    )
    assert counted.count == response.usage.prompt_tokens


def test_no_tokens_are_an_empty_text(chat: Driver) -> None:
    assert chat.call(lambda client: client.detokenize([])) == ""


def test_unknown_model(chat: Driver) -> None:
    for ask in (
        lambda client: client.tokenize(prompt="Hi", model="nope"),
        lambda client: client.detokenize([1], model="nope"),
    ):
        with pytest.raises(ApiError, match="nope") as caught:
            chat.call(ask)
        assert caught.value.code == 404


def test_tokenizer_info_equals_a_plain_request(whisper: Driver, address_of: AddressOf) -> None:
    info = whisper.call(lambda client: client.tokenizer_info())
    raw = json.loads(address_of("whisper").get("/tokenizer_info"))

    assert "Whisper" in info.tokenizer_class
    assert info.to_dict() == {key: value for key, value in raw.items() if value is not None}


def test_tokenizer_info_needs_a_flag(chat: Driver) -> None:
    with pytest.raises(ApiError) as caught:
        chat.call(lambda client: client.tokenizer_info())
    assert caught.value.code == 404
