"""What depends on the version of the server is looked for once."""

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
    """A message that counts how often somebody looks for its old reasoning."""

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
def test_a_body_depends_on_the_version_or_does_not(
    body: Mapping[str, Any], untyped: Iterator[str], dependent: DependentBody | None
) -> None:
    assert find_dependent(body, untyped) == dependent


def test_a_version_without_numbers_changes_nothing() -> None:
    body = {"guided_json": {}}
    dependent = find_dependent(body)
    assert dependent is not None

    assert fit("dev", dependent) == (body, ())


@pytest.mark.parametrize("options", [{}, {"guided_json": {}}])
def test_messages_are_walked_once_for_a_request(options: dict[str, Any]) -> None:
    message = Watched(role="user", content="Hi")

    spec = build_request(SETTINGS, ADAPTED, bool, body={"messages": [message], **options})
    adapted(spec, "0.11.0")

    assert message.looks == 1


def test_messages_to_a_route_that_is_not_adapted_are_never_walked() -> None:
    message = Watched(OLD)

    spec = build_request(SETTINGS, PLAIN, bool, body={"messages": [message]})

    assert spec.dependent is None
    assert adapted(spec, "0.32.0") is spec
    assert message.looks == 0
