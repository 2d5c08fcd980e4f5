"""Test the capabilities of a server, found in its documents and answers."""

import json
from typing import Any, get_args

import pytest

from tests.helpers.decoding import SETTINGS
from vllm_client.api.server.capabilities import (
    _ROUTES,
    DOCUMENT,
    Capabilities,
    Capability,
    capabilities_of,
    is_hidden,
)
from vllm_client.api.server.models import Model, ModelList
from vllm_client.call.response import HttpResponse
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import ApiError, ParseError, RequestError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers

# A part of the /openapi.json of an embedding server.
EMBED = frozenset(
    {"GET /load", "POST /tokenize", "POST /v1/embeddings", "POST /pooling", "POST /score"}
)
TINY = Model("tiny", max_model_len=2048)


def read(document: Any) -> frozenset[str]:
    reply = HttpResponse(200, Headers(), json.dumps(document).encode())
    return DOCUMENT(SETTINGS, {}).read(reply)


def test_openapi_document_is_requested_at_the_server_root() -> None:
    spec = DOCUMENT(ClientSettings(BaseUrl.parse("http://server/llm/v1")), {"timeout": 5})

    assert (spec.method, spec.target, spec.body) == ("GET", "/llm/openapi.json", b"")
    assert spec.replayable
    with pytest.raises(RequestError, match=r"capabilities\(\) has no option 'tiemout'"):
        DOCUMENT(SETTINGS, {"tiemout": 5})


def test_routes_come_from_the_openapi_document() -> None:
    document = {"openapi": "3.1.0", "paths": {"/ping": {"get": {}, "post": {}}, "/odd": None}}

    assert read(document) == {"GET /ping", "POST /ping"}
    assert read({"paths": {}}) == frozenset()


@pytest.mark.parametrize("document", [{}, [], {"paths": []}, "x"], ids=repr)
def test_other_document_is_a_parse_error(document: Any) -> None:
    with pytest.raises(ParseError) as caught:
        read(document)

    assert caught.value.where == "$.paths"


def test_groups_of_routes_are_recognized_by_their_routes() -> None:
    offered = capabilities_of("0.32.0", ModelList([TINY]), EMBED)

    assert offered == Capabilities("0.32.0", (TINY,), EMBED)
    assert offered.families == {"tokenize", "embeddings", "pooling", "score"}
    assert offered.offers("embeddings") is True
    assert offered.offers("chat") is False
    assert repr(offered) == (
        "<vLLM 0.32.0; models: tiny (2048 tokens); offers: embeddings, pooling, score, tokenize>"
    )


def test_missing_information_is_none() -> None:
    silent = capabilities_of(None, None, None)

    assert silent.families is None
    assert silent.offers("chat") is None
    assert repr(silent) == ("<vLLM of unknown version; models: unknown; offers: unknown>")
    assert repr(capabilities_of("1", ModelList([]), frozenset())) == (
        "<vLLM 1; models: none; offers: none>"
    )


def test_misspelt_group_is_rejected() -> None:
    with pytest.raises(
        RequestError, match="'embedding' is not a capability; expected one of chat, "
    ):
        capabilities_of("0.32.0", None, EMBED).offers("embedding")  # type: ignore[arg-type]


def test_every_group_has_a_route() -> None:
    assert list(_ROUTES) == list(get_args(Capability))


@pytest.mark.parametrize(("code", "hidden"), [(404, True), (405, True), (403, True), (401, False)])
def test_only_a_missing_route_counts_as_hidden(code: int, hidden: bool) -> None:
    assert is_hidden(ApiError("x", code)) is hidden


@pytest.mark.parametrize(
    ("version", "offered"), [("0.15.1", None), ("0.16.0", True), (None, True), ("dev", True)]
)
def test_version_that_registers_all_routes_does_not_show_the_model_capabilities(
    version: str | None, offered: bool | None
) -> None:
    told = capabilities_of(version, None, EMBED)

    assert told.offers("embeddings") is offered
    assert told.offers("chat") is False
    assert told.offers("tokenize") is True
    assert told.families is not None
    assert ("embeddings" in told.families) is bool(offered)
    assert ("embeddings" in repr(told)) is bool(offered)
