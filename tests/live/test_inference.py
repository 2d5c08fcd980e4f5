"""/inference/v1/generate, compared with plain requests."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.live.conftest import AddressOf
from tests.live.dialogues import STORY, STORY_PROMPT, WEATHER
from tests.live.drivers import Driver
from vllm_client import ApiError, AsyncVllmClient, GenerateChunk, GenerateResponse, SyncVllmClient

GREEDY = {"temperature": 0, "max_tokens": 80}
ENDLESS: dict[str, Any] = {
    "token_ids": [1, 2, 3],
    "sampling_params": {"n": 16, "max_tokens": 2000, "ignore_eos": True},
    "extra_headers": {"X-Request-Id": "to-be-ended"},
}

Post = Callable[[str, dict[str, Any]], Any]


@pytest.fixture
def post(address_of: AddressOf) -> Post:
    """Return a function that posts JSON to the server without our client."""
    root = address_of("chat-scale-out").root

    def post(path: str, body: dict[str, Any]) -> Any:
        answer = httpx.post(root + path, json=body, trust_env=False, timeout=60)
        return answer.raise_for_status().json()

    return post


@pytest.fixture
def prompt(post: Post) -> list[int]:
    """Return the tokens of a prompt whose continuation is known."""
    return [int(token) for token in post("/tokenize", {"prompt": STORY_PROMPT})["tokens"]]


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of an answer without nulls, ids, times and cached tokens."""
    kept = {name: value for name, value in answer.items() if value is not None}
    for name in ("request_id", "created", "usage"):
        kept.pop(name, None)
    kept["choices"] = [{k: v for k, v in one.items() if v is not None} for one in kept["choices"]]
    return kept


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"output_mode": "text"},
        {"return_token_ids": True, "sampling_params": GREEDY | {"logprobs": 2}},
        {"output_mode": "text", "sampling_params": GREEDY | {"logprobs": 2, "n": 1}},
        {"sampling_params": GREEDY | {"prompt_logprobs": 1, "max_tokens": 3}},
    ],
    ids=repr,
)
def test_answer_equals_that_of_a_plain_client(
    chat_scale_out: Driver, post: Post, prompt: list[int], options: dict[str, Any]
) -> None:
    body = {"token_ids": prompt, "sampling_params": GREEDY, **options}

    answer = chat_scale_out.call(lambda client: client.inference.generate(**body))

    assert told(answer.to_dict()) == told(post("/inference/v1/generate", body))
    assert answer.usage.prompt_tokens == len(prompt)


def test_tokens_are_those_of_the_story(
    chat_scale_out: Driver, post: Post, prompt: list[int]
) -> None:
    answer = chat_scale_out.call(
        lambda client: client.inference.generate(token_ids=prompt, sampling_params=GREEDY)
    )

    text = post("/detokenize", {"tokens": answer.token_ids})["prompt"]
    assert text.removesuffix("<|endoftext|>") == STORY
    assert answer.finish_reason == "stop"


@pytest.mark.parametrize("n", [1, 2])
def test_a_stream_adds_up_to_the_plain_answer(
    chat_scale_out: Driver, prompt: list[int], n: int
) -> None:
    sampling = GREEDY | {"n": n, "temperature": 0.01, "top_k": 1, "seed": 1, "logprobs": 1}
    body = {
        "token_ids": prompt,
        "sampling_params": sampling,
        "return_token_ids": True,
        "output_mode": "text",
    }
    plain = chat_scale_out.call(lambda client: client.inference.generate(**body))
    heard = chat_scale_out.hear(
        lambda client: client.inference.generate(
            **body, stream=True, stream_options={"include_usage": True}
        )
    )

    assert all(isinstance(chunk, GenerateChunk) for chunk in heard.events)
    streamed = told(heard.response.to_dict())
    assert streamed == {k: v for k, v in told(plain.to_dict()).items() if k != "model"}
    assert heard.response.usage.completion_tokens == plain.usage.completion_tokens
    assert [choice.text for choice in heard.response.choices] == [STORY] * n


def test_rendered_request_can_be_generated(chat_scale_out: Driver, post: Post) -> None:
    body = {"prompt": STORY_PROMPT, **GREEDY}
    (rendered,) = post("/v1/completions/render", body)
    given = {name: value for name, value in rendered.items() if value is not None}

    answer = chat_scale_out.call(
        lambda client: client.inference.generate(**given | {"output_mode": "text"})
    )

    assert answer.choices[0].text == STORY


def test_rendered_chat_with_derender_returns_a_message(chat_scale_out: Driver) -> None:
    asked = WEATHER.options(thinking=True)
    straight = chat_scale_out.call(lambda client: client.chat.completions.create(**asked))
    rendered = chat_scale_out.call(lambda client: client.chat.completions.render(**asked))
    given = rendered.to_dict() | {"output_mode": "derender"}
    answer = chat_scale_out.call(lambda client: client.inference.generate(**given))

    (choice,) = answer.choices
    assert choice.message.reasoning == straight.reasoning
    assert choice.message.content == straight.content
    (call,) = choice.message.tool_calls
    assert call.function == straight.tool_calls[0].function
    assert choice.finish_reason == "tool_calls"
    assert rendered.unknown_fields == answer.unknown_fields == choice.unknown_fields == {}


def test_abort_ends_a_stream(address_of: AddressOf) -> None:
    with (
        SyncVllmClient(address_of("chat-scale-out").base_url) as client,
        client.inference.generate(**ENDLESS, stream=True) as stream,
    ):
        client.inference.abort_requests([next(stream).request_id])
        assert_was_ended(stream.response())


def test_abort_ends_a_stream_async(address_of: AddressOf) -> None:
    async def end_it() -> GenerateResponse:
        async with (
            AsyncVllmClient(address_of("chat-scale-out").base_url) as client,
            client.inference.generate(**ENDLESS, stream=True) as stream,
        ):
            first = await anext(stream)
            await client.inference.abort_requests([first.request_id])
            return await stream.response()

    assert_was_ended(asyncio.run(end_it()))


def assert_was_ended(answer: GenerateResponse) -> None:
    assert answer.request_id == "generate-tokens-to-be-ended"
    assert answer.finish_reason == "abort"
    assert 0 < len(answer.token_ids) < 2000


def test_abort_of_an_unknown_id_is_not_an_error(chat_scale_out: Driver) -> None:
    assert chat_scale_out.call(lambda c: c.inference.abort_requests(["generate-tokens-no"])) is None


@pytest.mark.parametrize("stream", [False, True])
def test_error_of_the_engine_is_an_api_error(chat_scale_out: Driver, stream: bool) -> None:
    sampling = {"structured_outputs": {"regex": "("}}

    with pytest.raises(ApiError) as caught:
        chat_scale_out.call(
            lambda client: client.inference.generate(
                token_ids=[1], sampling_params=sampling, stream=stream
            )
        )

    assert (caught.value.code, caught.value.type) == (400, "BadRequestError")


def test_error_without_scale_out_names_the_flag(chat: Driver) -> None:
    with pytest.raises(ApiError, match="--enable-scale-out") as caught:
        chat.call(lambda client: client.inference.generate(token_ids=[1], sampling_params={}))

    assert caught.value.code == 403
