"""Test functions as tools: their description, calls, results and errors."""

from __future__ import annotations

import dataclasses
import enum
import functools
import json
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Annotated, Any

import attrs
import pytest

from vllm_client.api.chat.tools import FunctionTool, PendingToolCall, function_tool
from vllm_client.codec.tool_call import FunctionCall, ToolCall
from vllm_client.codec.usage import Usage
from vllm_client.errors import ParseError, RequestError
from vllm_client.streams.events import ToolResultEvent


class Unit(enum.Enum):
    CELSIUS = "celsius"


@attrs.frozen
class Place:
    city: str
    _zone: str = "UTC"


@dataclasses.dataclass
class Range:
    low: int


def weather(place: Place, unit: Unit = Unit.CELSIUS, days: Annotated[int, "How many."] = 1) -> Any:
    """Get the weather.

    Args:
        place: Where.
    """
    return [place.city, unit.name, days]


async def later(city: str) -> str:
    return city


class Stations:
    def nearest(self, city: str) -> str:
        """The nearest station."""
        return f"{city} {type(self).__name__}"


def called(
    arguments: str, function: Callable[..., Any] = weather, name: str = ""
) -> PendingToolCall:
    tool = FunctionTool.of(function)
    call = ToolCall("call_1", function=FunctionCall(name or tool.name, arguments))
    return PendingToolCall(call, tool)


def test_a_function_is_a_tool_by_its_name_docstring_and_hints() -> None:
    assert function_tool(weather) == {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Get the weather.",
            "parameters": {
                "type": "object",
                "properties": {
                    "place": {
                        "type": "object",
                        "properties": {
                            "city": {"type": "string"},
                            "zone": {"type": "string", "default": "UTC"},
                        },
                        "required": ["city"],
                        "additionalProperties": False,
                        "description": "Where.",
                    },
                    "unit": {"type": "string", "enum": ["celsius"], "default": "celsius"},
                    "days": {"type": "integer", "description": "How many.", "default": 1},
                },
                "required": ["place"],
                "additionalProperties": False,
            },
        },
    }


def test_function_without_docstring_and_parameters_has_a_minimal_tool() -> None:
    def now() -> str:
        return "12:00"

    parameters = {"type": "object", "properties": {}, "additionalProperties": False}
    assert function_tool(now)["function"] == {"name": "now", "parameters": parameters}
    assert called("", now).run().content == "12:00"


def test_a_partial_hides_what_it_binds() -> None:
    tool = functools.partial(weather, days=3)

    assert function_tool(tool)["function"]["name"] == "weather"
    assert function_tool(tool)["function"]["description"] == "Get the weather."
    assert list(FunctionTool.of(tool).arguments.schema["properties"]) == ["place", "unit"]
    assert called('{"place": {"city": "Rome"}}', tool).begin() == ["Rome", "CELSIUS", 3]
    assert called('{"days": 1}', tool).run().content.startswith("Error: invalid arguments")


class Finder:
    """Finds things."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __call__(self, thing: str) -> str:
        """Find a thing.

        Args:
            thing: Its name.
        """
        return f"{thing} in {self.where}"


class Waiter:
    async def __call__(self) -> str:
        return "done"


class Counter:
    async def __call__(self) -> AsyncIterator[int]:
        yield 1


def test_callable_object_is_a_tool_named_after_its_class() -> None:
    tool = function_tool(Finder("Rome"))["function"]

    assert (tool["name"], tool["description"]) == ("Finder", "Find a thing.")
    assert tool["parameters"]["properties"] == {  # type: ignore[index]
        "thing": {"description": "Its name.", "type": "string"}
    }
    assert called('{"thing": "x"}', Finder("Rome")).run().content == "x in Rome"


def test_an_object_may_have_an_async_call() -> None:
    assert FunctionTool.of(Waiter()).is_async
    assert FunctionTool.of(functools.partial(later, city="Rome")).is_async
    assert not FunctionTool.of(Finder("Rome")).is_async
    with pytest.raises(RequestError, match="it is an async generator"):
        FunctionTool.of(Counter())


def test_a_bound_method_has_no_self() -> None:
    assert list(FunctionTool.of(Stations().nearest).arguments.schema["properties"]) == ["city"]
    assert called('{"city": "Oslo"}', Stations().nearest).run().content == "Oslo Stations"


def test_wrapped_function_is_described_by_the_original() -> None:
    @functools.wraps(weather)
    def wrapped(*args: Any, **keywords: Any) -> Any:
        return weather(*args, **keywords)

    assert function_tool(wrapped) == function_tool(weather)


@pytest.mark.parametrize(
    "no_tool",
    [lambda: None, functools.partial(lambda: None), "weather", 5, {"type": "function"}],
)
def test_function_without_a_name_is_rejected(no_tool: Any) -> None:
    with pytest.raises(RequestError, match="tools: expected a named function, got "):
        function_tool(no_tool)


def test_arguments_are_converted_by_the_type_hints() -> None:
    call = called('{"place": {"city": "Tokyo"}, "unit": "celsius"}')

    assert call.begin() == ["Tokyo", "CELSIUS", 1]
    assert call.run() == ToolResultEvent(call.tool_call, '["Tokyo", "CELSIUS", 1]')


@pytest.mark.parametrize(
    "arguments",
    [
        '{"place": {"city": "Rome"}, "days": 1}',
        '{"place": {"city": "Rome"}, "days": 1.0}',
        '{"place": {"city": "Rome"}, "days": null, "unit": null}',
        '{"place": {"city": "Rome", "zone": null}}',
        '{"place": "{\\"city\\": \\"Rome\\"}"}',
        json.dumps('{"place": {"city": "Rome"}}'),
        ' {"place": {"city": "Rome"}}\n',
    ],
)
def test_arguments_with_small_format_errors_are_accepted(arguments: str) -> None:
    assert called(arguments).begin() == ["Rome", "CELSIUS", 1]


@pytest.mark.parametrize("arguments", ["", " ", "{}", "null", '"{}"'])
def test_call_without_arguments_uses_the_defaults(arguments: str) -> None:
    def now() -> str:
        return "12:00"

    assert called(arguments, now).run().content == "12:00"


def test_pydantic_field_as_a_default_is_not_passed_to_the_function() -> None:
    pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")
    made: list[int] = []

    def find(
        place: str = pydantic.Field(default="Berlin", description="Where."),
        days: int = pydantic.Field(ge=1),
        tags: list[str] = pydantic.Field(default_factory=lambda: made),  # noqa: B008
    ) -> object:
        return [place, days, tags is made]

    parameters = FunctionTool.of(find).arguments.schema
    assert parameters["required"] == ["days"]
    assert parameters["properties"] == {
        "place": {"type": "string", "description": "Where.", "default": "Berlin"},
        "days": {"type": "integer", "minimum": 1},
        "tags": {"type": "array", "items": {"type": "string"}},
    }
    assert called('{"days": 2}', find).begin() == ["Berlin", 2, True]
    assert called('{"days": 2, "place": "Rome"}', find).begin()[0] == "Rome"


def test_error_of_a_generator_is_an_error_of_the_function() -> None:
    def count() -> Any:
        yield 1
        raise LookupError("no more")

    assert called("{}", count).run().content == "Error: LookupError: no more"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", "Error: invalid arguments: $.place: missing"),
        ("{", "Error: the arguments are not JSON: "),
        ("[]", "Error: invalid arguments: $: expected an object, got []"),
        ('{"place": "Rome"}', "Error: invalid arguments: $.place: expected an object"),
        ('{"place": {"city": "Rome"}, "days": "5"}', "Error: invalid arguments: $.days: ex"),
        ('{"place": null}', "Error: invalid arguments: $.place: expected an object, got "),
        ('{"place": {"city": 5}}', "Error: invalid arguments: $.place.city: expected str"),
        ('{"city": "Tokyo"}', "Error: invalid arguments: $: unexpected key 'city'"),
        ("[" * 100_000, "Error: the arguments are not JSON: "),
    ],
)
def test_error_of_invalid_arguments_is_sent_to_the_model(arguments: str, told: str) -> None:
    result = called(arguments).run()

    assert result.content.startswith(told)
    assert isinstance(result.error, ParseError)


def test_error_of_an_unknown_tool_is_sent_to_the_model() -> None:
    call = ToolCall("call_1", function=FunctionCall("wether", "{}"))
    planned = PendingToolCall(call, None, ("weather", "time"))

    assert not planned.is_async
    assert planned.run().content == "Error: unknown tool 'wether'; the tools are: weather, time"


def test_error_of_a_function_is_sent_to_the_model_shortened() -> None:
    def fail() -> None:
        raise LookupError("no such city " + "x" * 10_000)

    result = called("{}", fail).run()

    assert result.content.startswith("Error: LookupError: no such city xxx")
    assert len(result.content) < 5000
    assert isinstance(result.error, LookupError)


class Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_error_whose_str_fails_is_sent_by_its_class_name() -> None:
    def fail() -> None:
        raise Speechless

    assert called("{}", fail).run().content == "Error: Speechless: "


@pytest.mark.parametrize(
    ("told", "content"),
    [
        ("\ud800", "\ufffd"),
        ("a\udc00b\ud83d\ude00", "a\ufffdb\U0001f600"),
        ({"\ud800": ["\udfff"]}, '{"\ufffd": ["\ufffd"]}'),
        (ValueError("\ud800"), "Error: ValueError: \ufffd"),
    ],
)
def test_lone_surrogates_are_replaced_in_results(told: Any, content: str) -> None:
    def tell() -> Any:
        if isinstance(told, Exception):
            raise told
        return told

    assert called("{}", tell).run().content == content


def test_async_generator_is_rejected() -> None:
    async def count() -> AsyncIterator[int]:
        yield 1

    with pytest.raises(RequestError, match=r"count\(\) cannot be a tool: it is an async generator"):
        function_tool(count)


def test_system_exit_is_not_an_error_of_a_tool() -> None:
    def leave() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        called("{}", leave).run()


class Model:
    """Has the attribute of a pydantic model that is tested."""

    def model_dump(self, mode: str) -> dict[str, str]:
        return {"mode": mode}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (None, "null"),
        ({"grüße": [1, 2.5, True]}, '{"grüße": [1, 2.5, true]}'),
        (Place("Tokyo"), '{"city": "Tokyo", "zone": "UTC"}'),
        ([Range(1)], '[{"low": 1}]'),
        (Unit.CELSIUS, '"celsius"'),
        (date(2026, 1, 31), '"2026-01-31"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        ({1}, "[1]"),
        (Model(), '{"mode": "json"}'),
        (Usage(1, 2, 3), json.dumps(Usage(1, 2, 3).to_dict())),
    ],
)
def test_result_is_sent_as_text_or_json(value: Any, text: str) -> None:
    assert called("{}").succeeded(value).content == text


def test_result_without_a_json_form_is_sent_as_its_repr() -> None:
    def strange() -> object:
        return {"done": True, "by": object()}

    result = called("{}", strange).run()

    assert isinstance(result, ToolResultEvent)
    assert result.content.startswith('{"done": true, "by": "<object object at ')
    assert "(the repr of the value, which has no JSON form)" in result.content
    assert result.error is None


def test_async_functions_are_recognized() -> None:
    assert called("{}", later).is_async
    assert not called("{}").is_async
