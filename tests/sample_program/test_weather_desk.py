"""The sample program on a simulated server, on cassettes and on a real server (`-m live`).

The cassettes are recorded from the server `chat` of tests/live:

    pytest tests/sample_program -k cassette --vllm-record=all --vllm-base-url=http://HOST:PORT
"""

from collections.abc import Iterator

import pytest
from attrs import evolve

from tests.sample_program.conftest import Served
from tests.sample_program.weather_desk import Report, WeatherDesk
from vllm_client import SyncVllmClient

FORECASTS = {
    "Tokyo": {"temperature": 22, "condition": "sunny"},
    "Paris": {"temperature": 18, "condition": "rainy"},
}


@pytest.fixture
def written() -> list[str]:
    return []


@pytest.fixture
def desk(served: Served, written: list[str]) -> Iterator[WeatherDesk]:
    with SyncVllmClient(served.base_url) as client:
        yield WeatherDesk(client, FORECASTS, written.append)


def test_answer_contains_the_tools_result(desk: WeatherDesk, written: list[str]) -> None:
    report = desk.ask("What is the weather in Tokyo?")

    assert report.cities == ("Tokyo",)
    assert "22°C and sunny" in report.text
    assert len(written) > 1
    assert "".join(written).strip() == report.text


def test_two_cities_are_compared(desk: WeatherDesk) -> None:
    report = desk.ask("Compare the weather in Tokyo and Paris.")

    assert report.cities == ("Tokyo", "Paris")
    assert report.text.startswith("Tokyo is warmer")


def test_greeting_is_short(desk: WeatherDesk) -> None:
    assert desk.greet() == Report("Hello! How can I help you today?")


def test_greeting_may_be_truncated(desk: WeatherDesk) -> None:
    report = desk.greet(max_tokens=3)

    assert not report.complete
    assert "Hello! How can I help you today?".startswith(report.text)


def test_unknown_model_is_reported(desk: WeatherDesk) -> None:
    report = evolve(desk, model="nobody").greet()

    assert report == Report("The desk is closed (404).", complete=False)
