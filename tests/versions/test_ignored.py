"""Fields that a version ignores with status 200, and the warnings about them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests import schemas
from tests.live.dialogues import HELLO
from tests.live.drivers import Driver
from tests.versions.features import numbers
from vllm_client import IgnoredByServerWarning
from vllm_client.vllm.new_fields import NEW_FIELDS
from vllm_client.vllm.routes import ROUTES

ASKED = HELLO.options(thinking=False)
NOT_IGNORED = frozenset(
    {"session_id", "request_id", "user", "endianness", "messages", "queries", "documents"}
    | {"data_1", "data_2", "items"}
)
"""New fields that `vllm/new_fields.py` omits, for the reasons given there."""


def test_guided_choice_works_or_warns(chat: Driver, version: str) -> None:
    options = {**ASKED, "extra_body": {"guided_choice": ["yes", "no"]}}

    def ask() -> str:
        return str(chat.call(lambda client: client.chat.completions.create(**options)).content)

    if numbers(version) < (0, 12):
        assert ask() in ("yes", "no")
        return
    with pytest.warns(IgnoredByServerWarning, match="guided_choice"):
        assert ask().strip() == HELLO.content


@pytest.mark.parametrize(
    ("ask", "has_it"),
    [
        (
            lambda client: client.chat.completions.create(**ASKED, return_weight_versions=True),
            lambda answer: answer.choices[0].weight_versions is not None,
        ),
        (
            lambda client: client.completions.create(
                prompt="a", max_tokens=3, return_weight_versions=True
            ),
            lambda answer: answer.choices[0].weight_versions is not None,
        ),
        (
            lambda client: client.responses.create(
                input="Say hello.", temperature=0, safety_identifier="user-1"
            ),
            lambda answer: answer.safety_identifier == "user-1",
        ),
        (
            lambda client: client.responses.create(
                input="Say hello.", temperature=0, prompt_cache_retention="24h"
            ),
            lambda answer: answer.prompt_cache_retention == "24h",
        ),
        (
            lambda client: client.responses.create(
                input="Say hello.", temperature=0, prompt_cache_options={"mode": "explicit"}
            ),
            lambda answer: answer.prompt_cache_options is not None,
        ),
    ],
    ids=["weight versions of chats", "of completions", "safety_identifier", "retention", "cache"],
)
def test_options_of_0_33_work_or_warn(
    chat: Driver, version: str, ask: Callable[[Any], Any], has_it: Callable[[Any], bool]
) -> None:
    if numbers(version) >= (0, 33):
        assert has_it(chat.call(ask))
        return
    with pytest.warns(IgnoredByServerWarning, match=r"0\.33 is the first version that supports it"):
        answer = chat.call(ask)
    assert not has_it(answer)


def test_fields_missing_in_a_version_are_recorded(chat: Driver, version: str) -> None:
    assert lacking(chat) == recorded(chat, version)


def test_fields_missing_in_a_version_for_embeddings_are_recorded(
    embed: Driver, version: str
) -> None:
    assert lacking(embed) == recorded(embed, version)


def lacking(driver: Driver) -> dict[str, set[str]]:
    """Return route -> the fields of vLLM 0.33 that the server does not know."""
    found = {route: latest - own - NOT_IGNORED for route, own, latest in compared(driver)}
    return {route: names for route, names in found.items() if names}


def recorded(driver: Driver, version: str) -> dict[str, set[str]]:
    """Return route -> the fields that are newer than the version in `vllm/new_fields.py`."""
    found = {
        route: {
            name
            for name, since in NEW_FIELDS.get(_PATHS[route], {}).items()
            if numbers(version) < since and name in latest
        }
        for route, _, latest in compared(driver)
    }
    return {route: names for route, names in found.items() if names}


_PATHS = {str(route): route.path for route in ROUTES}


def compared(driver: Driver) -> Iterator[tuple[str, set[str], set[str]]]:
    """Yield each route of the server with the fields of its body, and those of vLLM 0.33."""
    document = driver.call(lambda client: client.request("GET", "/openapi.json")).json()
    for path, methods in document["paths"].items():
        route, body = f"POST {path}", methods.get("post", {}).get("requestBody")
        latest = latest_fields(route)
        if body and latest and route in _PATHS:
            (content,) = body["content"].values()
            yield route, set(fields_of(content["schema"], document)), latest


def fields_of(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the fields that any schema of a body has."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("properties", ())
    for each in schema.get("anyOf", ()):
        yield from fields_of(each, document)


def latest_fields(route: str) -> set[str]:
    """Return the fields of a route's body in vLLM 0.33, of every kind of server."""
    routes = [kind["routes"].get(route, {}) for kind in schemas.kinds().values()]
    bodies = {name for each in routes for name in each.get("body", ())}
    return {field for name in bodies for field in schemas.requests()[name]["properties"]}
