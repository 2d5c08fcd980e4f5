"""Adapting request bodies to the version of the server."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from vllm_client.call.build_request import build_request
from vllm_client.call.settings import ClientSettings
from vllm_client.call.version_adapter import adapted
from vllm_client.http.base_url import BaseUrl
from vllm_client.vllm.routes import Route
from vllm_client.vllm.versions import DependentBody, find_dependent, fit

SETTINGS = ClientSettings(BaseUrl.parse("http://h"))
OLD = {"role": "assistant", "content": "Hi", "reasoning_content": "Hm"}
ADAPTED = Route("POST", "/x", "", adapted=True)
PLAIN = Route("POST", "/x", "")


class Watched(dict[str, Any]):
    """A message that counts how often its `reasoning_content` is read."""

    looks = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.looks += key == "reasoning_content"
        return super().get(key, default)


@pytest.mark.parametrize(
    ("body", "untyped", "dependent"),
    [
        ({}, (), None),
        ({"messages": [{"role": "user", "content": "Hi"}]}, (), None),
        ({"structured_outputs": None, "guided_json": None}, (), None),
        ({"best_of": 2}, ["best_of"], DependentBody({"best_of": 2}, frozenset({"best_of"}))),
        (
            {"messages": [OLD]},
            (),
            DependentBody({"messages": [OLD]}, old_reasoning=("messages[0]",)),
        ),
    ],
)
def test_fields_that_depend_on_the_version_are_found(
    body: Mapping[str, Any], untyped: Iterator[str], dependent: DependentBody | None
) -> None:
    assert find_dependent(body, untyped) == dependent


@pytest.mark.parametrize(
    ("path", "body", "new"),
    [
        ("/chat/completions", {"return_weight_versions": True}, {"return_weight_versions": 33}),
        ("/chat/completions", {"return_weight_versions": False}, {}),
        ("/chat/completions", {"joint": True, "spaces_between_special_tokens": False}, {}),
        ("/responses", {"spaces_between_special_tokens": True, "safety_identifier": None}, {}),
        (
            "/responses",
            {"spaces_between_special_tokens": False, "safety_identifier": ""},
            {"spaces_between_special_tokens": 33, "safety_identifier": 33},
        ),
        ("/start_profile", {"profiler_kwargs": {}}, {"profiler_kwargs": 33}),
    ],
)
def test_new_fields_of_a_route_depend_on_the_version_if_they_have_an_effect(
    path: str, body: Mapping[str, Any], new: Mapping[str, int]
) -> None:
    expected = {name: (0, minor, 0) for name, minor in new.items()}
    dependent = find_dependent(body, path=path)

    assert dependent == (DependentBody(body, new=expected) if new else None)


@pytest.mark.parametrize(("version", "ignored"), [("0.32.0", True), ("0.33.0", False)])
def test_new_fields_are_sent_to_older_servers_with_a_warning(version: str, ignored: bool) -> None:
    body = {"joint": True}
    dependent = find_dependent(body, path="/systemone")
    assert dependent is not None

    fitting, told = fit(version, dependent)

    assert fitting is body
    said = "vLLM 0.32.0 ignores 'joint'; 0.33 is the first version that supports it"
    assert told == ((said,) if ignored else ())


def test_a_version_without_numbers_changes_nothing() -> None:
    body = {"guided_json": {}}
    dependent = find_dependent(body)
    assert dependent is not None

    assert fit("dev", dependent) == (body, ())


@pytest.mark.parametrize("options", [{}, {"guided_json": {}}])
def test_messages_are_searched_once_per_request(options: dict[str, Any]) -> None:
    message = Watched(role="user", content="Hi")

    spec = build_request(SETTINGS, ADAPTED, bool, body={"messages": [message], **options})
    adapted(spec, "0.11.0")

    assert message.looks == 1


def test_messages_to_a_route_that_is_not_adapted_are_not_searched() -> None:
    message = Watched(OLD)

    spec = build_request(SETTINGS, PLAIN, bool, body={"messages": [message]})

    assert spec.dependent is None
    assert adapted(spec, "0.32.0") is spec
    assert message.looks == 0


def test_first_version_that_supports_a_field_may_be_a_patch_release() -> None:
    dependent = find_dependent({"use_activation": True}, path="/score")
    assert dependent is not None

    _, told = fit("0.11.0", dependent)

    assert told == (
        "vLLM 0.11.0 ignores 'use_activation'; 0.11.1 is the first version that supports it",
    )
    assert fit("0.11.1", dependent)[1] == ()


@pytest.mark.parametrize(("name", "since"), [("softmax", "0.16.0"), ("normalize", "0.17.0")])
def test_earlier_names_of_use_activation_cause_a_warning(name: str, since: str) -> None:
    dependent = find_dependent({name: False})
    assert dependent is not None

    assert fit("0.15.1", dependent)[1] == ()
    assert fit(since, dependent)[1] == (f"vLLM {since} ignores '{name}'; send use_activation=…",)
