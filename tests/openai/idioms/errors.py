"""Errors, and the raw responses of calls."""

import pickle

import pytest

from vllm_client.testing import Cut, ErrorReply, Reset, Stall

from ..setting import USER, Setting


def not_found(s: Setting) -> None:
    s.server.reply(ErrorReply(404, "no such model", type="NotFoundError", param="model"))
    with pytest.raises(s.openai.NotFoundError) as caught:
        s.ask()
    error = caught.value
    assert error.status_code == 404
    assert error.response.status_code == 404
    assert error.body["message"] == "no such model"
    assert (error.param, error.type, error.code) == ("model", "NotFoundError", "404")
    assert "no such model" in error.message
    assert str(error) == "Error code: 404 - no such model"


def each_status_has_its_class(s: Setting) -> None:
    client = s.client(max_retries=0)
    for status, name in {
        400: "BadRequestError",
        401: "AuthenticationError",
        403: "PermissionDeniedError",
        404: "NotFoundError",
        409: "ConflictError",
        422: "UnprocessableEntityError",
        429: "RateLimitError",
        500: "InternalServerError",
        503: "InternalServerError",
        418: "APIStatusError",
    }.items():
        s.server.reply(ErrorReply(status, "no"))
        with pytest.raises(getattr(s.openai, name)) as caught:
            client.chat.completions.create(model="tiny", messages=USER)
        assert type(caught.value).__name__ == name
        assert caught.value.status_code == status


def rate_limit_is_an_api_error(s: Setting) -> None:
    s.server.reply(ErrorReply(429, "slow down"))
    caught = None
    try:
        s.client(max_retries=0).chat.completions.create(model="tiny", messages=USER)
    except s.openai.RateLimitError as error:
        caught = error
    assert isinstance(caught, s.openai.APIStatusError)
    assert isinstance(caught, s.openai.APIError)
    assert isinstance(caught, s.openai.OpenAIError)


def connection_error(s: Setting) -> None:
    client = s.client(base_url="http://127.0.0.1:9/v1", max_retries=0)
    with pytest.raises(s.openai.APIConnectionError) as caught:
        client.models.list()
    assert caught.value.__cause__ is not None
    assert str(caught.value.request.url).endswith("/models")
    assert caught.value.message


def timeout_error(s: Setting) -> None:
    s.server.reply("late", faults=[Stall()])
    with pytest.raises(s.openai.APITimeoutError) as caught:
        s.client(max_retries=0, timeout=0.1).chat.completions.create(model="tiny", messages=USER)
    assert isinstance(caught.value, s.openai.APIConnectionError)
    assert str(caught.value) == "Request timed out."


async def async_timeout_error(s: Setting) -> None:
    s.server.reply("late", faults=[Stall()])
    async with s.async_client(max_retries=0) as client:
        with pytest.raises(s.openai.APITimeoutError):
            await client.with_options(timeout=0.1).chat.completions.create(
                model="tiny", messages=USER
            )


def retried_by_default(s: Setting) -> None:
    s.server.reply(ErrorReply(503, "busy", retry_after=0.01), "ok")
    assert s.ask().choices[0].message.content == "ok"


def response_and_request_of_an_error(s: Setting) -> None:
    s.server.reply(ErrorReply(400, "no"))
    with pytest.raises(s.openai.BadRequestError) as caught:
        s.ask()
    error = caught.value
    assert error.request.method == "POST"
    assert str(error.response.url).endswith("/v1/chat/completions")
    assert error.response.json()["error"]["message"] == "no"
    assert error.response.headers["content-type"].startswith("application/json")
    assert error.request is error.response.request or error.request.url == error.response.url


def request_id_of_an_error(s: Setting) -> None:
    s.server.reply(ErrorReply(400, "no"))
    with pytest.raises(s.openai.BadRequestError) as caught:
        s.ask()
    assert caught.value.request_id is None or isinstance(caught.value.request_id, str)


def error_made_by_hand(s: Setting) -> None:
    import httpx

    response = httpx.Response(429, request=httpx.Request("POST", "http://x/v1"))
    error = s.openai.RateLimitError("slow", response=response, body={"code": "busy"})
    assert (error.code, error.status_code, str(error)) == ("busy", 429, "slow")


def length_error_made_by_hand(s: Setting) -> None:
    error = s.openai.LengthFinishReasonError(completion=s.ask())
    assert "length limit" in str(error)


def raw_response_headers(s: Setting) -> None:
    raw = s.client().chat.completions.with_raw_response.create(model="tiny", messages=USER)
    assert raw.headers["content-type"] == "application/json"
    assert raw.headers.get("Content-Type")
    assert raw.status_code == 200


def raw_response_parse(s: Setting) -> None:
    raw = s.client().chat.completions.with_raw_response.create(model="tiny", messages=USER)
    assert raw.parse().choices[0].message.content
    assert isinstance(raw.parse(), s.module("types.chat").ChatCompletion)
    assert raw.parse() is raw.parse()


def raw_response_text(s: Setting) -> None:
    raw = s.client().chat.completions.with_raw_response.create(model="tiny", messages=USER)
    assert '"chat.completion"' in raw.text
    assert raw.content.startswith(b"{")
    assert raw.http_response.json()["object"] == "chat.completion"
    assert raw.json()["object"] == "chat.completion" if hasattr(raw, "json") else True


def raw_response_attributes(s: Setting) -> None:
    raw = s.client().models.with_raw_response.list()
    assert raw.http_request.method == raw.method == "GET"
    assert str(raw.url).endswith("/models")
    assert raw.retries_taken == 0
    assert raw.request_id is None or isinstance(raw.request_id, str)
    assert raw.is_closed is True
    assert raw.elapsed.total_seconds() >= 0
    assert raw.http_version.startswith("HTTP/")


def raw_response_counts_retries(s: Setting) -> None:
    s.server.reply(ErrorReply(503, "busy", retry_after=0.01), "ok")
    raw = s.client().chat.completions.with_raw_response.create(model="tiny", messages=USER)
    assert raw.retries_taken == 1


async def async_raw_response(s: Setting) -> None:
    client = s.async_client()
    raw = await client.chat.completions.with_raw_response.create(model="tiny", messages=USER)
    assert raw.parse().choices
    assert raw.headers["content-type"]


def raw_response_of_a_stream(s: Setting) -> None:
    raw = s.client().chat.completions.with_raw_response.create(
        model="tiny", messages=USER, stream=True
    )
    assert raw.headers["content-type"].startswith("text/event-stream")
    assert [chunk for chunk in raw.parse() if chunk.choices]


def raw_response_errors(s: Setting) -> None:
    s.server.reply(ErrorReply(404, "no"))
    with pytest.raises(s.openai.NotFoundError):
        s.client().chat.completions.with_raw_response.create(model="tiny", messages=USER)


def raw_parse(s: Setting) -> None:
    raw = s.client().chat.completions.with_raw_response.parse(model="tiny", messages=USER)
    assert raw.parse().choices[0].message.parsed is None


def raw_response_of_the_client(s: Setting) -> None:
    assert s.client().with_raw_response.models.list().parse().data


def streaming_response_lines(s: Setting) -> None:
    with s.client().chat.completions.with_streaming_response.create(
        model="tiny", messages=USER
    ) as response:
        assert response.headers.get("content-type")
        assert "".join(response.iter_lines()).startswith("{")


def streaming_response_json(s: Setting) -> None:
    with s.client().chat.completions.with_streaming_response.create(
        model="tiny", messages=USER
    ) as response:
        assert response.json()["object"] == "chat.completion"
        assert response.status_code == 200


def streaming_response_parse(s: Setting) -> None:
    with s.client().chat.completions.with_streaming_response.create(
        model="tiny", messages=USER
    ) as response:
        assert response.parse().choices[0].message.content
        assert response.text().startswith("{")
        assert response.read().startswith(b"{")


def streaming_response_of_a_stream(s: Setting) -> None:
    with s.client().chat.completions.with_streaming_response.create(
        model="tiny", messages=USER, stream=True
    ) as response:
        lines = [line for line in response.iter_lines() if line]
    assert lines[0].startswith("data: {")
    assert lines[-1] == "data: [DONE]"


def streaming_response_chunks(s: Setting) -> None:
    with s.client().chat.completions.with_streaming_response.create(
        model="tiny", messages=USER, stream=True
    ) as response:
        assert [chunk.id for chunk in response.parse()]


def streaming_response_bytes(s: Setting) -> None:
    with s.client().models.with_streaming_response.list() as response:
        assert b"".join(response.iter_bytes()).startswith(b"{")


async def async_streaming_response(s: Setting) -> None:
    client = s.async_client()
    async with client.chat.completions.with_streaming_response.create(
        model="tiny", messages=USER
    ) as response:
        assert [line async for line in response.iter_lines()]
    async with client.chat.completions.with_streaming_response.create(
        model="tiny", messages=USER
    ) as response:
        assert (await response.parse()).choices
        assert await response.json()


def connection_lost_during_an_answer(s: Setting) -> None:
    s.server.reply("lost", faults=[Cut(after=0)])
    with pytest.raises(s.openai.APIError):
        s.client(max_retries=0).chat.completions.create(model="tiny", messages=USER)


def connection_reset_by_the_server(s: Setting) -> None:
    s.server.reply("never", faults=[Reset()])
    with pytest.raises(s.openai.APIConnectionError):
        s.client(max_retries=0).chat.completions.create(model="tiny", messages=USER)


def pickled_value_of_an_error_body(s: Setting) -> None:
    s.server.reply(ErrorReply(400, "no"))
    with pytest.raises(s.openai.BadRequestError) as caught:
        s.ask()
    assert pickle.loads(pickle.dumps(caught.value.body))["message"] == "no"
