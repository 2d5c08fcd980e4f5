"""Uses of the clients that were seen in practice, and their expected results.

Responses of servers are in test_field_cases.py, faults of networks in test_connecting.py,
test_connections.py, test_grace.py and test_httpx_transport.py.
"""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from math import inf, nan
from pathlib import PurePosixPath
from typing import Annotated, Any

import pytest
from pydantic import Field

from tests.facades.drivers import SyncFacade
from vllm_client import ApiError, RequestError, function_tool, image, tool, user
from vllm_client.testing import Call, RawReply, Reply, SimulatedVllm

HI = [user("hi")]


@pytest.fixture
def told(client: Any, server: SimulatedVllm) -> Callable[..., str]:
    """Return the tool result that the model receives for a call with these arguments."""

    def tell(function: Any, arguments: Any, name: str = "") -> str:
        call = Call(name or function.__name__, arguments)
        server.reply(Reply(tool_calls=[call]), Reply("done"))
        run = client.chat.completions.run_tools(messages=HI, tools=[function])
        return str(run.tool_results[0].content)

    return tell


def plain(content: str) -> RawReply:
    body = {"choices": [{"index": 0, "message": {"content": content}, "finish_reason": "stop"}]}
    return RawReply(200, json.dumps(body).encode(), {"content-type": "application/json"})


@dataclass
class Place:
    city: str


@dataclass
class Sum:
    total: int


@dataclass
class Limits:
    text: str
    most: float = inf


def test_a_class_in_a_tool_is_inlined_into_its_schema() -> None:
    def find(place: Place, other: Place | None = None) -> str:
        return place.city

    parameters = function_tool(find)["function"]["parameters"]

    assert parameters["properties"]["place"]["type"] == "object"
    assert "$ref" not in json.dumps(parameters)


def test_an_object_may_come_as_its_json_text(told: Any) -> None:
    def find(options: dict[str, int], days: list[int]) -> str:
        return f"{options} {days}"

    assert told(find, {"options": '{"a": 1}', "days": "[1, 2]"}) == "{'a': 1} [1, 2]"


def test_arguments_may_be_encoded_twice(told: Any) -> None:
    def get(city: str) -> str:
        return f"in {city}"

    assert told(get, json.dumps(json.dumps({"city": "Rome"}))) == "in Rome"


def test_a_pydantic_field_as_a_default_is_read_as_its_default(told: Any) -> None:
    def find(place: str = Field(default="Berlin", description="Where.")) -> str:
        return place

    def count(number: int = Field(description="How many.")) -> str:
        return str(number)

    place = function_tool(find)["function"]["parameters"]["properties"]["place"]

    assert told(find, "{}") == "Berlin"
    assert (place["description"], place["default"]) == ("Where.", "Berlin")
    assert function_tool(count)["function"]["parameters"]["required"] == ["number"]


def test_a_default_without_json_form_is_not_in_the_schema(
    told: Any, client: Any, server: SimulatedVllm
) -> None:
    def search(text: str, most: float = inf, least: float = -inf, odd: float = nan) -> str:
        return f"{text} {most} {least}"

    assert told(search, {"text": "a"}) == "a inf -inf"
    server.reply('{"text": "a"}')
    answer = client.chat.completions.parse(messages=HI, response_format=Limits)
    assert answer.parsed == Limits("a")


def test_an_answer_with_a_lone_surrogate_can_be_sent_back(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(plain("lone \ud83d"), plain("fine"))
    answer = client.chat.completions.create(messages=HI)

    again = client.chat.completions.create(messages=[*HI, answer.message, user("go on")])

    assert again.content == "fine"


@pytest.mark.parametrize(
    ("value", "text"),
    [(Place("Rome"), '{"city": "Rome"}'), (date(2026, 1, 1), '"2026-01-01"'), ({1}, "[1]")],
)
def test_the_content_of_a_tool_message_may_be_any_result(value: Any, text: str) -> None:
    assert tool(value, "c")["content"] == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"total": Decimal("1.50")}, '{"total": "1.50"}'),
        ({date(2026, 1, 1): 3}, '{"2026-01-01": 3}'),
        (PurePosixPath("/x"), '"/x"'),
        ([timedelta(seconds=90)], '["PT1M30S"]'),
        (deque([1]), "[1]"),
        ({"a": nan}, '{"a": null}'),
    ],
)
def test_results_are_encoded_as_pydantic_encodes_them(told: Any, value: Any, text: str) -> None:
    def give() -> Any:
        return value

    assert told(give, {}) == text


def test_null_means_the_default_and_2_0_means_2(told: Any) -> None:
    def look(city: str, days: int = 1, flag: bool = False, tags: list[str] | None = None) -> str:
        return f"{city} {days} {flag}"

    assert told(look, {"city": "Rome", "days": None, "flag": None, "tags": None}) == "Rome 1 False"
    assert told(look, {"city": "Rome", "days": 2.0}) == "Rome 2 False"


@pytest.mark.parametrize(
    "text",
    [
        "Weather.\n\n    Parameters\n    ----------\n    city : str\n        Its name.\n",
        "Weather.\n\n    Keyword Args:\n        city: Its name.\n",
        "Weather.\n\n    Other Parameters:\n        city: Its name.\n",
        "Weather.\n\n    Arguments:\n        city -- Its name.\n",
        "Weather.\n\n    @param city: Its name.\n",
    ],
)
def test_a_docstring_of_any_style_describes_the_parameter(text: str) -> None:
    def weather(city: str) -> str:
        return city

    weather.__doc__ = text
    described = function_tool(weather)["function"]

    assert described["description"] == "Weather."
    assert described["parameters"]["properties"]["city"]["description"] == "Its name."


def test_a_partial_and_an_object_with_call_are_tools(told: Any) -> None:
    def warm(city: str, unit: str = "C") -> str:
        return f"{city} {unit}"

    class LookUp:
        def __call__(self, thing: str) -> str:
            return thing

    assert told(partial(warm, unit="F"), {"city": "Rome"}, "warm") == "Rome F"
    assert told(LookUp(), {"thing": "x"}, "LookUp") == "x"


def test_the_constraint_of_a_parameter_is_sent_and_checked(told: Any) -> None:
    def roll(dice: Annotated[int, Field(ge=1, le=10, description="How many.")]) -> str:
        return str(dice)

    dice = function_tool(roll)["function"]["parameters"]["properties"]["dice"]

    assert (dice["minimum"], dice["maximum"]) == (1, 10)
    assert told(roll, {"dice": 3}) == "3"
    assert told(roll, {"dice": 11}).startswith("Error")


@pytest.mark.parametrize("text", ['```json\n{"total": 1}\n```', '```\n{"total": 1}\n```\n'])
def test_an_answer_in_a_fence_is_parsed(client: Any, server: SimulatedVllm, text: str) -> None:
    server.reply(text)

    assert client.chat.completions.parse(messages=HI, response_format=Sum).parsed == Sum(1)


def test_text_before_a_lone_closing_tag_is_reasoning(facade: SyncFacade) -> None:
    with SimulatedVllm(reasoning_parser=False) as server:
        client = facade.client(server.base_url)
        server.reply("So it is.\n</think>\n\nYes.", 'So it is.</think>{"total": 1}')
        answer = client.chat.completions.create(messages=HI)
        parsed = client.chat.completions.parse(messages=HI, response_format=Sum)

    assert (answer.content.strip(), answer.reasoning.strip()) == ("Yes.", "So it is.")
    assert parsed.parsed == Sum(1)


def test_the_message_of_an_html_error_page_is_its_title(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    page = b"<!DOCTYPE html><html><head><title>gpu.example | 524: A timeout occurred</title><style>"
    server.reply(RawReply(524, page + b"x" * 9000, {"content-type": "text/html"}))

    with pytest.raises(ApiError) as caught:
        facade.client(server.base_url, retry=None).chat.completions.create(messages=HI)

    assert caught.value.message == "gpu.example | 524: A timeout occurred"
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "end", ["chat/completions", "completions", "embeddings", "models", "responses"]
)
def test_a_route_in_the_base_url_is_named(facade: SyncFacade, end: str) -> None:
    with pytest.raises(RequestError, match=end):
        facade.client(f"http://127.0.0.1:9/v1/{end}")


@pytest.mark.parametrize("name", ["none", "utf-8", "aws-chunked"])
def test_an_unregistered_content_encoding_is_ignored(
    client: Any, server: SimulatedVllm, name: str
) -> None:
    reply = plain("x")
    server.reply(RawReply(reply.status, reply.body, {"content-encoding": name}))

    assert client.chat.completions.create(messages=HI).content == "x"


@pytest.mark.parametrize("times", [1, 300])
@pytest.mark.parametrize("as_text", [True, False])
def test_base64_given_as_an_image_is_refused_with_the_word(times: int, as_text: bool) -> None:
    red = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de")
    encoded = base64.b64encode(red * times)

    with pytest.raises(RequestError, match="base64"):
        image(encoded.decode() if as_text else encoded)
