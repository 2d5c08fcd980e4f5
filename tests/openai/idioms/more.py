"""Further idioms: use with other libraries, and the module paths of names."""

import concurrent.futures
import functools
import inspect
import json
from typing import Any

import httpx
import pydantic
import pytest

from vllm_client.testing import RawReply, Reply

from ..setting import USER, Setting


def retrieve_a_model(s: Setting) -> None:
    client = s.client()
    name = client.models.list().data[0].id
    assert client.models.list().model_dump()["data"][0]["id"] == name
    assert client.models.list().data[0].to_dict()["id"] == name


def threads_share_a_client(s: Setting) -> None:
    client = s.client()
    ask = functools.partial(client.chat.completions.create, model="tiny", messages=USER)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(), range(16)))
    assert len({answer.id for answer in answers}) == 16


def signature_shows_the_keywords(s: Setting) -> None:
    names = inspect.signature(s.client().chat.completions.create).parameters
    assert {"messages", "model", "temperature", "tools", "stream", "extra_body"} <= set(names)


def create_is_a_coroutine_function(s: Setting) -> None:
    create = s.async_client().chat.completions.create
    assert inspect.iscoroutinefunction(inspect.unwrap(create))


def closing_the_response_of_a_stream(s: Setting) -> None:
    s.server.reply("word " * 50)
    stream = s.stream()
    next(stream)
    stream.response.close()
    s.server.wait_until(lambda: s.server.running == 0)


def dump_of_a_delta(s: Setting) -> None:
    s.server.reply(Reply("Hi", reasoning="Hm"))
    deltas = [c.choices[0].delta.model_dump(exclude_none=True) for c in s.stream()]
    assert {"reasoning": "Hm"} in deltas


def extra_of_a_delta(s: Setting) -> None:
    s.server.reply(Reply("Hi", reasoning="Hm"))
    found = [(c.choices[0].delta.model_extra or {}).get("reasoning") for c in s.stream()]
    assert "Hm" in found


def json_dumps_of_an_answer(s: Setting) -> None:
    answer = s.ask()
    assert json.loads(json.dumps(answer.model_dump()))["id"] == answer.id
    assert json.loads(json.dumps(answer.to_dict()))["id"] == answer.id
    assert json.loads(json.dumps(dict(answer.usage), default=lambda v: v.to_dict()))


def answer_in_a_pydantic_class(s: Setting) -> None:
    kind = s.module("types.chat").ChatCompletion
    record = pydantic.create_model("Record", answer=(kind, ...))
    made: Any = record(answer=s.ask())
    assert made.answer.choices
    assert json.loads(made.model_dump_json())["answer"]["choices"]
    assert record.model_validate(made.model_dump()).answer == made.answer  # type: ignore[attr-defined]


def base_url_without_v1(s: Setting) -> None:
    root = s.server.base_url.removesuffix("/v1")
    answer = s.client(base_url=root).post("/tokenize", cast_to=object, body={"prompt": "Hi"})
    assert answer["tokens"]


def cast_to_types(s: Setting) -> None:
    client = s.client()
    assert isinstance(client.get("/models", cast_to=str), str)
    assert client.get("/models", cast_to=dict[str, Any])["object"] == "list"


def stream_by_post(s: Setting) -> None:
    chunk = s.module("types.chat").ChatCompletionChunk
    stream = s.client().post(
        "/chat/completions",
        cast_to=chunk,
        body={"model": "tiny", "messages": USER, "stream": True},
        stream=True,
        stream_cls=s.openai.Stream[chunk],
    )
    assert all(isinstance(one, chunk) for one in stream)


def error_without_json(s: Setting) -> None:
    s.server.reply(RawReply(500, b"broken", {"content-type": "text/plain"}))
    with pytest.raises(s.openai.InternalServerError) as caught:
        s.client(max_retries=0).chat.completions.create(model="tiny", messages=USER)
    assert caught.value.body == "broken"
    assert caught.value.code is None


def error_with_a_string(s: Setting) -> None:
    s.server.reply(RawReply(401, {"error": "Unauthorized"}))
    with pytest.raises(s.openai.AuthenticationError) as caught:
        s.ask()
    assert caught.value.body == "Unauthorized"


def content_filter_error(s: Setting) -> None:
    s.server.reply(Reply("x", finish_reason="content_filter"))
    with pytest.raises(s.openai.ContentFilterFinishReasonError):
        s.client().chat.completions.parse(
            model="tiny", messages=USER, response_format=pydantic.create_model("M", a=(int, 1))
        )


def stored_responses(s: Setting) -> None:
    raw = s.client().responses.create(model="tiny", input="a", store=True)
    assert raw.id.startswith("resp_")


def events_of_a_response_have_numbers(s: Setting) -> None:
    events = list(s.client().responses.create(model="tiny", input="a", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))


def function_call_in_a_response_stream(s: Setting) -> None:
    from vllm_client.testing import Call

    s.server.reply(Reply(tool_calls=[Call("f", ['{"a"', ": 1}"])]))
    tool = {"type": "function", "name": "f", "parameters": {"type": "object"}}
    text = ""
    for event in s.client().responses.create(model="tiny", input="a", tools=[tool], stream=True):
        if event.type == "response.function_call_arguments.delta":
            text += event.delta
        if event.type == "response.output_item.done" and event.item.type == "function_call":
            assert json.loads(event.item.arguments) == {"a": 1}
    assert json.loads(text) == {"a": 1}


def not_given_in_a_posted_body(s: Setting) -> None:
    not_given = s.module("_types").NOT_GIVEN
    kind = s.module("types.create_embedding_response").CreateEmbeddingResponse
    answer = s.client().post(
        "/embeddings",
        cast_to=kind,
        body={"input": "a", "model": "tiny", "encoding_format": not_given},
    )
    assert answer.data[0].embedding


def names_at_their_module_paths(s: Setting) -> None:
    for module, name in {
        "_exceptions": "APIError",
        "_streaming": "Stream",
        "_models": "BaseModel",
        "_types": "Omit",
        "types.chat.chat_completion_user_message_param": "ChatCompletionUserMessageParam",
        "types.chat.chat_completion_tool_param": "ChatCompletionToolParam",
        "types.chat.chat_completion_content_part_image_param": "ImageURL",
        "types.chat.completion_create_params": "ResponseFormat",
        "types.chat.parsed_chat_completion": "ParsedChatCompletion",
        "types.shared_params.response_format_json_schema": "JSONSchema",
        "types.shared_params.function_definition": "FunctionDefinition",
        "types.responses.response_output_item": "ResponseOutputItem",
        "types.responses.response": "Response",
        "types.audio.transcription": "Transcription",
        "lib.streaming.chat": "ContentDeltaEvent",
        "resources.chat.completions": "AsyncCompletions",
        "resources.chat": "Completions",
        "resources": "Embeddings",
        "lib.azure": "AzureOpenAI",
        "lib._pydantic": "to_strict_json_schema",
    }.items():
        assert hasattr(s.module(module), name), (module, name)


def mock_transport(s: Setting) -> None:
    if s.package == "openai":
        return  # it requires a transport of httpx2
    body = {"object": "list", "data": []}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=body))
    client = s.openai.OpenAI(
        base_url="http://x/v1", api_key="k", http_client=httpx.Client(transport=transport)
    )
    with client:
        assert client.models.list().data == []


def event_hooks(s: Setting) -> None:
    seen: list[str] = []
    hooks = {"request": [lambda request: seen.append(request.url.path)]}
    with s.client(http_client=s.openai.DefaultHttpxClient(event_hooks=hooks)) as client:
        client.models.list()
    assert seen == ["/v1/models"]


def values_are_unhashable(s: Setting) -> None:
    with pytest.raises(TypeError):
        hash(s.ask())


def delete_a_field(s: Setting) -> None:
    answer = s.ask()
    answer.usage = None
    assert answer.model_dump()["usage"] is None


def response_prompt_tokens_details(s: Setting) -> None:
    details = s.ask().usage.prompt_tokens_details
    assert details is None or details.cached_tokens is None or details.cached_tokens >= 0


def wait_for_with_a_limit(s: Setting) -> None:
    assert (
        s.client(timeout=30)
        .with_options(timeout=None)
        .chat.completions.create(model="tiny", messages=USER)
    )


def raw_response_as_another_type(s: Setting) -> None:
    raw = s.client().chat.completions.with_raw_response.create(model="tiny", messages=USER)
    assert isinstance(raw.parse(to=s.openai.BaseModel), s.openai.BaseModel)


def responses_raw_stream(s: Setting) -> None:
    with s.client().responses.with_streaming_response.create(
        model="tiny", input="a", stream=True
    ) as response:
        kinds = [line for line in response.iter_lines() if line.startswith("event:")]
    assert "event: response.completed" in kinds


def embeddings_raw(s: Setting) -> None:
    raw = s.client().embeddings.with_raw_response.create(model="tiny", input="a")
    assert isinstance(raw.parse().data[0].embedding[0], float)


def transcription_raw(s: Setting) -> None:
    from .families import sound

    s.server.reply("Hi")
    raw = s.client().audio.transcriptions.with_raw_response.create(
        file=("a.wav", sound()), model="tiny"
    )
    assert raw.parse().text == "Hi"
