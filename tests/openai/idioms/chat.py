"""Plain chat completions."""

import asyncio
import json
from typing import Any

import pydantic
import pytest

from vllm_client.testing import Call, Reply

from ..setting import TOOL, USER, Setting


class Person(pydantic.BaseModel):
    name: str
    age: int


def content(s: Setting) -> None:
    s.server.reply("Hello!")
    assert s.ask().choices[0].message.content == "Hello!"


def all_usual_keywords(s: Setting) -> None:
    s.ask(
        temperature=0.2, top_p=0.9, max_tokens=8, n=1, stop=["x"], seed=3, presence_penalty=0.1,
        frequency_penalty=0.1, logit_bias={"5": 1}, logprobs=True, top_logprobs=2, user="u",
    )  # fmt: skip
    assert s.sent.json["temperature"] == 0.2
    assert s.sent.json["logit_bias"] == {"5": 1}


def max_completion_tokens(s: Setting) -> None:
    s.ask(max_completion_tokens=9)
    assert s.sent.json["max_completion_tokens"] == 9


def not_given_is_absent(s: Setting) -> None:
    s.ask(temperature=s.openai.NOT_GIVEN, tools=s.openai.omit, stop=s.openai.not_given)
    assert not {"temperature", "tools", "stop"} & set(s.sent.json)


def not_given_is_falsy(s: Setting) -> None:
    assert not s.openai.NOT_GIVEN
    assert not s.openai.omit
    assert isinstance(s.openai.NOT_GIVEN, s.openai.NotGiven)


def reasoning(s: Setting) -> None:
    s.server.reply(Reply("Hi", reasoning="Hm"))
    message = s.ask().choices[0].message
    assert message.reasoning == "Hm"
    assert message.content == "Hi"


def message_without_reasoning_has_none(s: Setting) -> None:
    s.server.reply("Hi")
    assert s.ask().choices[0].message.reasoning is None


def tool_calls(s: Setting) -> None:
    s.server.reply(Reply(tool_calls=[Call("get_weather", {"city": "Rome"})]))
    answer = s.ask(tools=[TOOL], tool_choice="auto")
    call = answer.choices[0].message.tool_calls[0]
    assert answer.choices[0].finish_reason == "tool_calls"
    assert (call.type, call.function.name) == ("function", "get_weather")
    assert json.loads(call.function.arguments) == {"city": "Rome"}
    assert call.id


def tool_loop_with_message_objects(s: Setting) -> None:
    s.server.reply(Reply(tool_calls=[Call("get_weather", {"city": "Rome"}, id="c1")]), "Sunny")
    client = s.client()
    messages: list[Any] = [*USER]
    first = client.chat.completions.create(model="tiny", messages=messages, tools=[TOOL])
    messages.append(first.choices[0].message)
    call_id = first.choices[0].message.tool_calls[0].id
    messages.append({"role": "tool", "tool_call_id": call_id, "content": "20"})
    second = client.chat.completions.create(model="tiny", messages=messages, tools=[TOOL])
    assert second.choices[0].message.content == "Sunny"
    assert s.sent.json["messages"][1]["tool_calls"][0]["id"] == "c1"


def message_model_dump_as_input(s: Setting) -> None:
    client = s.client()
    first = client.chat.completions.create(model="tiny", messages=USER)
    messages = [*USER, first.choices[0].message.model_dump(exclude_none=True), *USER]
    assert client.chat.completions.create(model="tiny", messages=messages).choices


def tool_calls_are_none_or_empty_without_calls(s: Setting) -> None:
    s.server.reply("Hi")
    assert not s.ask(tools=[TOOL]).choices[0].message.tool_calls


def usage(s: Setting) -> None:
    found = s.ask().usage
    assert found.total_tokens == found.prompt_tokens + found.completion_tokens
    assert isinstance(found, s.module("types").CompletionUsage)


def several_choices(s: Setting) -> None:
    s.server.reply("a")
    answer = s.ask(n=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]


def logprobs(s: Setting) -> None:
    answer = s.ask(logprobs=True, top_logprobs=2)
    token = answer.choices[0].logprobs.content[0]
    assert token.logprob <= 0
    assert isinstance(token.token, str)
    assert token.top_logprobs[0].token
    assert token.bytes is None or isinstance(token.bytes, list)


def refusal_and_similar_fields_are_none(s: Setting) -> None:
    message = s.ask().choices[0].message
    assert message.refusal is None
    assert message.function_call is None
    assert message.audio is None
    assert message.role == "assistant"


def vllm_fields(s: Setting) -> None:
    answer = s.ask()
    assert answer.choices[0].stop_reason is None
    assert answer.prompt_logprobs is None
    assert answer.kv_transfer_params is None


def response_format_json_schema(s: Setting) -> None:
    s.server.reply('{"name": "Ann", "age": 3}')
    schema = {"name": "p", "schema": Person.model_json_schema()}
    answer = s.ask(response_format={"type": "json_schema", "json_schema": schema})
    assert Person.model_validate_json(answer.choices[0].message.content).age == 3


def response_format_json_object(s: Setting) -> None:
    s.server.reply("{}")
    s.ask(response_format={"type": "json_object"})
    assert s.sent.json["response_format"] == {"type": "json_object"}


def structured_outputs_by_extra_body(s: Setting) -> None:
    s.server.reply("positive")
    s.ask(extra_body={"structured_outputs": {"choice": ["positive", "negative"]}})
    assert s.sent.json["structured_outputs"] == {"choice": ["positive", "negative"]}


def chat_template_kwargs_by_extra_body(s: Setting) -> None:
    s.ask(extra_body={"chat_template_kwargs": {"enable_thinking": False}})
    assert s.sent.json["chat_template_kwargs"] == {"enable_thinking": False}


def reasoning_effort(s: Setting) -> None:
    s.ask(reasoning_effort="low")
    assert s.sent.json["reasoning_effort"] == "low"


def parallel_tool_calls(s: Setting) -> None:
    s.server.reply(Reply(tool_calls=[Call("get_weather", {}), Call("get_weather", {})]))
    answer = s.ask(tools=[TOOL], parallel_tool_calls=True)
    assert len({call.id for call in answer.choices[0].message.tool_calls}) == 2


def named_tool_choice(s: Setting) -> None:
    s.server.reply(Reply(tool_calls=[Call("get_weather", {})]))
    choice = {"type": "function", "function": {"name": "get_weather"}}
    s.ask(tools=[TOOL], tool_choice=choice)
    assert s.sent.json["tool_choice"] == choice


def content_parts(s: Setting) -> None:
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]
    s.client().chat.completions.create(model="tiny", messages=[{"role": "user", "content": parts}])
    assert s.sent.json["messages"][0]["content"][1]["type"] == "image_url"


def keywords_that_only_openai_supports(s: Setting) -> None:
    s.ask(store=None, metadata=None, service_tier=None, functions=s.openai.NOT_GIVEN)


async def async_gather(s: Setting) -> None:
    async with s.async_client() as client:
        asks = (client.chat.completions.create(model="tiny", messages=USER) for _ in range(20))
        answers = await asyncio.gather(*asks)
    assert len({answer.id for answer in answers}) == 20


def parse_pydantic(s: Setting) -> None:
    s.server.reply('{"name": "Ann", "age": 3}')
    answer = s.client().chat.completions.parse(model="tiny", messages=USER, response_format=Person)
    assert answer.choices[0].message.parsed == Person(name="Ann", age=3)
    assert answer.choices[0].message.content.startswith("{")
    sent = s.sent.json["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["name"] == "Person"
    assert sent["json_schema"]["strict"] is True


def beta_parse(s: Setting) -> None:
    s.server.reply('{"name": "Ann", "age": 3}')
    answer = s.client().beta.chat.completions.parse(
        model="tiny", messages=USER, response_format=Person, extra_body={"top_k": 1}
    )
    assert answer.choices[0].message.parsed.name == "Ann"


async def async_parse(s: Setting) -> None:
    s.server.reply('{"name": "Ann", "age": 3}')
    async with s.async_client() as client:
        answer = await client.chat.completions.parse(
            model="tiny", messages=USER, response_format=Person
        )
    assert answer.choices[0].message.parsed.age == 3


def parse_truncated_answer(s: Setting) -> None:
    s.server.reply(Reply('{"name": "A', finish_reason="length"))
    with pytest.raises(s.openai.LengthFinishReasonError) as caught:
        s.client().chat.completions.parse(model="tiny", messages=USER, response_format=Person)
    assert caught.value.completion.choices[0].finish_reason == "length"


def parse_invalid_content(s: Setting) -> None:
    s.server.reply("no JSON at all")
    with pytest.raises(pydantic.ValidationError):
        s.client().chat.completions.parse(model="tiny", messages=USER, response_format=Person)


def parse_without_class(s: Setting) -> None:
    s.server.reply("Hi")
    answer = s.client().chat.completions.parse(model="tiny", messages=USER)
    assert answer.choices[0].message.parsed is None


def parse_tool_arguments(s: Setting) -> None:
    s.server.reply(Reply(tool_calls=[Call("Person", {"name": "Ann", "age": 3})]))
    answer = s.client().chat.completions.parse(
        model="tiny", messages=USER, tools=[s.openai.pydantic_function_tool(Person)]
    )
    call = answer.choices[0].message.tool_calls[0]
    assert call.function.parsed_arguments == Person(name="Ann", age=3)


def pydantic_function_tool(s: Setting) -> None:
    tool = s.openai.pydantic_function_tool(Person, name="person", description="A person.")
    assert tool["function"]["name"] == "person"
    assert tool["function"]["description"] == "A person."
    assert tool["function"]["strict"] is True
    assert tool["function"]["parameters"]["additionalProperties"] is False


def create_refuses_a_class(s: Setting) -> None:
    with pytest.raises(TypeError):
        s.ask(response_format=Person)


def unknown_keyword_is_a_type_error(s: Setting) -> None:
    with pytest.raises(TypeError, match="temprature"):
        s.ask(temprature=1)


def missing_messages_is_a_type_error(s: Setting) -> None:
    with pytest.raises(TypeError):
        s.client().chat.completions.create(model="tiny")


def messages_from_a_tuple(s: Setting) -> None:
    s.client().chat.completions.create(model="tiny", messages=tuple(USER))
    assert s.sent.json["messages"] == USER
