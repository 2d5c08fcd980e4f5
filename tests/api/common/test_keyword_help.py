"""Test signatures and descriptions read from overloads, TypedDicts and their source."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Literal, Required, TypedDict, overload

import pytest
from typing_extensions import Unpack

from vllm_client._sync.chat import SyncChatCompletions
from vllm_client._sync.pooling import SyncPoolingCalls
from vllm_client.api.common import keyword_help
from vllm_client.api.common.keyword_help import default_in, descriptions_of, signature_of


class Base(TypedDict, total=False):
    """Keys of many."""

    first: int
    """The first. Default: 1."""


class Keys(Base, total=False):
    """Keys of one."""

    second: Required[str]
    """The second,
    in two lines."""
    third: bool


class Calls:
    """Methods with overloads."""

    @overload
    def send(self) -> int: ...

    @overload
    def send(
        self, name: str, *, form: Literal["a"] = "a", stream: Literal[True], **keys: Unpack[Keys]
    ) -> str: ...

    @overload
    def send(
        self, name: str, *, form: Literal["b"], stream: Literal[False] = False, **keys: Unpack[Keys]
    ) -> str: ...

    def send(self, *names: Any, **keys: Any) -> Any:
        """Send it."""

    def collect(self, **keys: Any) -> None:
        """Collect anything."""


def test_overloads_are_merged_into_one_signature() -> None:
    shown = signature_of(Calls.send)  # type: ignore[arg-type]  # a function

    assert str(shown) == (
        "(self, name: str = None, *, form: Literal['a', 'b'] = 'a', stream: bool = False, "
        "first: int = 1, second: str = None, third: bool = <not given>) -> int | str"
    )


def test_keywords_without_a_typed_dict_are_kept() -> None:
    shown = signature_of(Calls.collect)  # type: ignore[arg-type]  # a function

    assert str(shown) == "(self, **keys: Any) -> None"


def test_descriptions_are_the_strings_below_the_keys_of_all_bases() -> None:
    assert descriptions_of(Keys) == {
        "first": "The first. Default: 1.",
        "second": "The second, in two lines.",
    }


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ("A number. Default: 1.", "1"),
        ("A number. Default: 0.5.", "0.5"),
        ("Which. Range: 0 or more. Default: none.", "None"),
        ('A word. Default: "auto".', "'auto'"),
        ("A number. Default: the model's, else 1.", "<the model's, else 1>"),
        ("A header. Default: the X-Id header. Servers differ.", "<the X-Id header>"),
        ("A number.", "<not given>"),
    ],
)
def test_default_is_a_value_or_a_description(description: str, shown: str) -> None:
    assert repr(default_in(description)) == shown


@pytest.fixture
def no_source(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hide the source of the modules, as if only bytecode were installed."""

    def fail(module: object) -> str:
        raise OSError("could not get source code")

    names = ("signature_of", "descriptions_of", "_names_for_checkers", "_tree")
    caches = [getattr(keyword_help, name) for name in names]
    for each in caches:
        each.cache_clear()
    monkeypatch.setattr(inspect, "getsource", fail)
    yield
    for each in caches:
        each.cache_clear()


@pytest.mark.usefixtures("no_source")
def test_without_the_source_names_and_types_are_shown_without_descriptions() -> None:
    shown = inspect.signature(SyncChatCompletions.create).parameters
    batch = inspect.signature(SyncChatCompletions.batch)  # of options that only checkers import

    assert str(shown["temperature"]) == "temperature: float | None = <not given>"
    assert "Keyword Args" not in (inspect.getdoc(SyncChatCompletions.create) or "")
    assert "**options: 'Unpack[BatchChatKeywords]'" in str(batch)
    assert (inspect.getdoc(SyncChatCompletions.batch) or "").startswith("Send several")


@pytest.mark.usefixtures("no_source")
def test_without_the_source_overloads_are_merged_as_they_are_written() -> None:
    score = inspect.signature(SyncPoolingCalls.score)

    assert score.return_annotation == "SyncScoreBuilder | ScoreResponse"
    assert "Unpack[ScoreKeywords]" in str(score.parameters["options"])
    assert score.parameters["options"].default is inspect.Parameter.empty


SHOW_ALL = """
import inspect, pydoc, sys
from unittest import mock

sys.modules |= dict.fromkeys(sys.argv[1:])  # None: as if they were not installed
import vllm_client

for kind in vllm_client.SyncVllmClient, vllm_client.AsyncVllmClient, vllm_client.VllmClient:
    pydoc.render_doc(kind)
    mock.create_autospec(kind)
    for _, function in inspect.getmembers(kind, inspect.isfunction):
        if hasattr(function, "__signature__"):  # set by the decorator shows_keywords
            for name, parameter in inspect.signature(function).parameters.items():
                if isinstance(parameter.annotation, str):
                    print(f"{name}: {parameter.annotation}")
"""


def test_only_types_of_missing_packages_are_not_evaluated() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW_ALL, "httpx2", "numpy", "pydantic"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert set(done.stdout.splitlines()) == {
        "http_client: httpx.Client | httpx2.Client | None",
        "http_client: httpx.AsyncClient | httpx2.AsyncClient | None",
    }
