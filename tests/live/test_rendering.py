"""From requests to token ids, and from generated token ids back to answers."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.live.conftest import AddressOf
from tests.live.dialogues import STORY, STORY_PROMPT
from tests.live.drivers import Driver
from vllm_client import ApiError, user

QUESTION: dict[str, Any] = {"model": "tiny", "messages": [user("Say hello.")], "temperature": 0}
PROMPTS: dict[str, Any] = {"model": "tiny", "prompt": [STORY_PROMPT, "a"], "temperature": 0}


@pytest.fixture
def by_hand(address_of: AddressOf) -> Any:
    """Return a function that posts JSON with the standard library."""
    root = address_of("chat-scale-out").root

    def post(path: str, body: Any) -> str:
        connection = HTTPConnection(urlsplit(root).netloc, timeout=60)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, text
        return text

    return post


def usual(answer: Any) -> Any:
    """Return the answer without nulls and without fields that differ between requests."""
    if isinstance(answer, list):
        return [usual(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    kept = {name: usual(value) for name, value in answer.items() if value is not None}
    return {name: value for name, value in kept.items() if name not in _OF_ITS_OWN}


_OF_ITS_OWN = {"id", "request_id", "created"}


def chunks_of(stream: str) -> list[Any]:
    lines = stream.split("\n\n")
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]


def test_a_chat_is_rendered(chat_scale_out: Driver, by_hand: Any) -> None:
    options = QUESTION | {"return_token_offsets": True, "max_tokens": 60, "stream": True}
    rendered = chat_scale_out.call(lambda client: client.chat.completions.render(**options))
    raw = json.loads(by_hand("/v1/chat/completions/render", options))

    assert rendered.unknown_fields == {}
    assert usual(rendered.to_dict()) == usual(raw)
    tokens = chat_scale_out.call(lambda client: client.tokenize(messages=QUESTION["messages"]))
    assert rendered.token_ids == tokens.tokens
    assert len(rendered.token_offsets) == tokens.count


def test_prompts_are_rendered(chat_scale_out: Driver, by_hand: Any) -> None:
    rendered = chat_scale_out.call(lambda client: client.completions.render(**PROMPTS))
    raw = json.loads(by_hand("/v1/completions/render", PROMPTS))

    assert [request.unknown_fields for request in rendered] == [{}, {}]
    assert usual([request.to_dict() for request in rendered]) == usual(raw)


def test_rendered_generated_and_derendered_chat_equals_the_chat(
    chat_scale_out: Driver, by_hand: Any
) -> None:
    rendered = chat_scale_out.call(lambda client: client.chat.completions.render(**QUESTION))
    generated = json.loads(by_hand("/inference/v1/generate", rendered.to_dict()))
    options = {
        "generate_response": generated,
        "chat_request": QUESTION,
        "prompt_token_ids": rendered.token_ids,
        "prompt_tokens": len(rendered.token_ids),
    }
    answer = chat_scale_out.call(lambda client: client.chat.completions.derender(**options))
    straight = chat_scale_out.call(lambda client: client.chat.completions.create(**QUESTION))
    raw = json.loads(by_hand("/v1/chat/completions/derender", options))

    assert answer.message == straight.message
    assert answer.usage.completion_tokens == straight.usage.completion_tokens
    assert usual(answer.to_dict()) == usual(raw)


def test_a_chat_is_derendered_chunk_by_chunk(chat_scale_out: Driver, by_hand: Any) -> None:
    rendered = chat_scale_out.call(lambda client: client.chat.completions.render(**QUESTION))
    body = rendered.to_dict() | {"stream": True}
    state, reasoning, content = None, "", ""
    for chunk in chunks_of(by_hand("/inference/v1/generate", body)):
        options = {
            "generate_chunk": chunk,
            "stream_state": state,
            "chat_request": QUESTION,
            "prompt_token_ids": rendered.token_ids,
        }
        answer = chat_scale_out.call(
            lambda client, given=options: client.chat.completions.derender(**given)
        )
        raw = json.loads(by_hand("/v1/chat/completions/derender", _posted(options)))
        assert usual(answer.to_dict()) == usual(raw)
        state = answer.stream_state
        for choice in answer.chunk.choices:
            reasoning += choice.delta.reasoning or ""
            content += choice.delta.content or ""
            finish_reason = choice.finish_reason

    straight = chat_scale_out.call(lambda client: client.chat.completions.create(**QUESTION))
    # derendering chunks, vLLM 0.32 includes the token that ended the chat
    content = content.removesuffix("<|im_end|>")
    assert (reasoning, content) == (straight.reasoning, straight.content)
    assert finish_reason == "stop"


def _posted(options: dict[str, Any]) -> dict[str, Any]:
    """Return the hand-written body of a chunk's request."""
    state = options["stream_state"]
    return options | {"stream": True, "stream_state": state and state.to_dict()}


def test_rendered_generated_and_derendered_prompts_equal_their_completions(
    chat_scale_out: Driver, by_hand: Any
) -> None:
    options = PROMPTS | {"max_tokens": 80}
    rendered = chat_scale_out.call(lambda client: client.completions.render(**options))
    generated = [
        json.loads(by_hand("/inference/v1/generate", request.to_dict())) for request in rendered
    ]
    given = {
        "generate_responses": generated,
        "prompt_tokens": [len(request.token_ids) for request in rendered],
        "prompt_token_ids": [request.token_ids for request in rendered],
        "completion_request": options,
    }
    answer = chat_scale_out.call(lambda client: client.completions.derender(**given))
    raw = json.loads(by_hand("/v1/completions/derender", given))

    assert answer.choices[0].text == STORY
    assert usual(answer.to_dict()) == usual(raw)
    assert answer.usage.prompt_tokens == sum(given["prompt_tokens"])


def test_a_text_is_derendered_chunk_by_chunk(chat_scale_out: Driver, by_hand: Any) -> None:
    options = PROMPTS | {"prompt": STORY_PROMPT, "max_tokens": 80}
    (rendered,) = chat_scale_out.call(lambda client: client.completions.render(**options))
    body = rendered.to_dict() | {"stream": True}
    state, text = None, ""
    for chunk in chunks_of(by_hand("/inference/v1/generate", body)):
        given = {"generate_chunk": chunk, "stream_state": state}
        answer = chat_scale_out.call(
            lambda client, given=given: client.completions.derender(**given)
        )
        state = answer.stream_state
        text += "".join(choice.text for choice in answer.chunk.choices)

    assert text == STORY


def test_derender_with_parsers_needs_the_rendered_request(
    chat_scale_out: Driver,
) -> None:
    generated = {"request_id": "r", "choices": [{"index": 0, "token_ids": [1]}]}
    with pytest.raises(ApiError, match="chat_request is required") as caught:
        chat_scale_out.call(
            lambda client: client.chat.completions.derender(generate_response=generated)
        )
    assert caught.value.code == 400


def test_error_of_a_server_without_scale_out_says_so(chat: Driver) -> None:
    with pytest.raises(ApiError, match="--enable-scale-out") as caught:
        chat.call(lambda client: client.chat.completions.render(**QUESTION))
    assert caught.value.code == 403
