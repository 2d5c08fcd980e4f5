"""Scripts for openai-python, with the import changed: type checkers accept them."""

from typing import Literal, assert_type

import pydantic

from vllm_client import openai
from vllm_client.openai import (
    NOT_GIVEN,
    AsyncOpenAI,
    AsyncStream,
    NotGiven,
    OpenAI,
    RateLimitError,
    Stream,
    pydantic_function_tool,
)
from vllm_client.openai.types import Completion, CreateEmbeddingResponse, Model
from vllm_client.openai.types.audio import Transcription, TranscriptionVerbose
from vllm_client.openai.types.chat import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatCompletionMessageParam,
    ChatCompletionToolParam,
    ParsedChatCompletion,
)
from vllm_client.openai.types.responses import ParsedResponse, Response


class Person(pydantic.BaseModel):
    name: str
    age: int


def plain(client: OpenAI, messages: list[ChatCompletionMessageParam]) -> str:
    tools: list[ChatCompletionToolParam] = [
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    ]
    answer = client.chat.completions.create(
        model="m",
        messages=messages,
        tools=tools,
        tool_choice="auto",
        temperature=0.5,
        stop=["x"],
        extra_body={"top_k": 3},
    )
    assert_type(answer, ChatCompletion)
    message = answer.choices[0].message
    assert_type(message, ChatCompletionMessage)
    assert_type(message.content, str | None)
    for call in message.tool_calls or []:
        assert_type(call.function.arguments, str)
    if answer.usage is not None:
        assert_type(answer.usage.total_tokens, int)
    messages.append({"role": "assistant", "content": message.content})
    return message.reasoning or message.content or ""


def with_message_objects(client: OpenAI) -> ChatCompletion:
    first = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "a"}])
    return client.chat.completions.create(
        model="m",
        messages=[
            {"role": "user", "content": "a"},
            first.choices[0].message,
            {"role": "user", "content": [{"type": "text", "text": "b"}]},
        ],
    )


def streamed(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "Hi"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    assert_type(stream, Stream[ChatCompletionChunk])
    for chunk in stream:
        assert_type(chunk, ChatCompletionChunk)
        print(chunk.choices[0].delta.content or "", end="")
    with client.chat.completions.stream(
        model="m", messages=[{"role": "user", "content": "Hi"}], response_format=Person
    ) as events:
        for event in events:
            print(event.type)
        assert_type(events.get_final_completion(), ParsedChatCompletion[Person])


async def streamed_async(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    assert_type(stream, AsyncStream[ChatCompletionChunk])
    async for chunk in stream:
        print(chunk.model_dump_json())
    async for model in client.models.list():
        assert_type(model, Model)
    page = await client.models.list()
    assert_type(page.data, list[Model])


def parsed(client: OpenAI) -> int:
    answer = client.chat.completions.parse(
        model="m",
        messages=[{"role": "user", "content": "Hi"}],
        response_format=Person,
        tools=[pydantic_function_tool(Person)],
    )
    assert_type(answer, ParsedChatCompletion[Person])
    person = answer.choices[0].message.parsed
    assert_type(person, Person | None)
    return person.age if person else 0


def raw(client: OpenAI) -> None:
    response = client.models.with_raw_response.list()
    print(response.headers.get("x-request-id"), response.status_code)
    print(response.parse().data[0].id)
    with client.models.with_streaming_response.list() as opened:
        for line in opened.iter_lines():
            print(line)


def others(client: OpenAI, encoding: Literal["float", "base64"] | NotGiven = NOT_GIVEN) -> None:
    vectors = client.embeddings.create(model="m", input=["a"], encoding_format=encoding)
    assert_type(vectors, CreateEmbeddingResponse)
    assert_type(vectors.data[0].embedding, list[float])
    assert_type(client.completions.create(model="m", prompt="a"), Completion)
    with open("a.wav", "rb") as file:
        assert_type(client.audio.transcriptions.create(model="m", file=file), Transcription)
        assert_type(
            client.audio.transcriptions.create(
                model="m", file=file, response_format="verbose_json"
            ),
            TranscriptionVerbose,
        )
    assert_type(client.models.retrieve("m").id, str)


def responses(client: OpenAI) -> None:
    response = client.responses.create(model="m", input="a", reasoning={"effort": "low"})
    assert_type(response, Response)
    for item in response.output:
        if item.type == "function_call":
            assert_type(item.arguments, str)
    for event in client.responses.create(model="m", input="a", stream=True):
        if event.type == "response.output_text.delta":
            assert_type(event.delta, str)
        elif event.type == "response.completed":
            assert_type(event.response, Response)
    assert_type(
        client.responses.parse(model="m", input="a", text_format=Person), ParsedResponse[Person]
    )


def errors(client: OpenAI) -> None:
    try:
        client.with_options(max_retries=5, timeout=20.0).models.list()
    except RateLimitError as error:
        assert_type(error.status_code, int)
        print(error.response.headers, error.body, error.code)
    except openai.APIConnectionError as error:
        print(error.__cause__)


def module_level() -> None:
    openai.base_url = "http://localhost:8000/v1/"
    answer = openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}])
    print(answer.choices[0].message.content)
