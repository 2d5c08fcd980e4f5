"""The fields that older versions ignore, compared with the schemas of vLLM 0.33."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests import schemas
from vllm_client.vllm.new_fields import NEW_FIELDS, NO_EFFECT, new_fields
from vllm_client.vllm.routes import ROUTES

# Routes whose bodies are missing from vLLM's /openapi.json, at least on some servers.
UNDOCUMENTED = {
    "POST /inference/v1/generate",
    "POST /v1/chat/completions/render",
    "POST /v1/completions/render",
}
# Fields of servers with token embeddings, whose schemas were not recorded.
OF_OTHER_SERVERS = {"late_chunking_params"}


def documented() -> Iterator[tuple[str, str]]:
    for route in ROUTES:
        if route.adapted and str(route) not in UNDOCUMENTED:
            yield from ((str(route), name) for name in NEW_FIELDS[route.path])


def properties(route: str) -> list[Mapping[str, Any]]:
    """Return the properties of each schema of a route's body, for all kinds of servers."""
    kinds = [kind["routes"].get(route, {}) for kind in schemas.kinds().values()]
    names = {name for kind in kinds for name in kind.get("body", ())}
    return [schemas.requests()[name]["properties"] for name in sorted(names)]


def test_new_field_is_in_the_schema_and_its_default_has_no_effect() -> None:
    for route, name in documented():
        if name in OF_OTHER_SERVERS:
            continue
        having = [each[name] for each in properties(route) if name in each]
        assert having, (route, name)
        defaults = {repr(each.get("default")) for each in having}
        if len(defaults) == 1:  # add_special_tokens has different defaults for texts and chats
            assert defaults <= {"None", repr(NO_EFFECT.get(name))}, (route, name)


def test_each_value_without_effect_belongs_to_a_new_field() -> None:
    assert NO_EFFECT.keys() <= {name for fields in NEW_FIELDS.values() for name in fields}


@pytest.mark.parametrize(
    ("path", "body", "new"),
    [
        ("/responses", {"input": "a", "seed": 1}, {"seed": (0, 16, 0)}),
        ("/responses", {"seed": None, "stop": [], "include_reasoning": True}, {}),
        ("/chat/completions", {"seed": 1, "top_k": 5}, {}),
        ("/score", {"use_activation": False}, {"use_activation": (0, 11, 1)}),
        ("/messages", {"thinking": {"type": "disabled"}}, {"thinking": (0, 31, 0)}),
        ("/nowhere", {"seed": 1}, {}),
    ],
)
def test_fields_that_have_an_effect_are_found(
    path: str, body: dict[str, Any], new: dict[str, Any]
) -> None:
    assert new_fields(body, path) == new
