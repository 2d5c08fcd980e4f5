"""Test methods that are described by values."""

from typing import Any, TypedDict

import attrs
import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from vllm_client.api.common.calls import (
    BodyCall,
    QueryCall,
    brief,
    field,
    names_of,
    nothing,
)
from vllm_client.api.common.options import CallOptions, GenerationCallOptions
from vllm_client.call.settings import ClientSettings
from vllm_client.codec.answer import Answer
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.base_url import BaseUrl
from vllm_client.vllm.routes import Route

BELOW = ClientSettings(BaseUrl.parse("http://server/llm/v1"))


class Keywords(CallOptions, total=False):
    size: int


class BodyKeywords(GenerationCallOptions, total=False):
    size: int


@attrs.frozen(repr=False)
class Said(Answer):
    status: str | None = None


def ask(path: str = "/a/b", method: str = "GET", **more: Any) -> QueryCall[None]:
    return QueryCall(Route(method, path, ""), nothing, Keywords, **more)


def tell(path: str = "/a/b", **more: Any) -> BodyCall[None]:
    return BodyCall(Route("POST", path, "", replayable=False), nothing, BodyKeywords, **more)


def test_keywords_are_sent_in_the_query_or_the_body() -> None:
    asked, told = ask()(BELOW, {"size": 1}), tell()(BELOW, {"size": 1})

    assert (asked.method, asked.target, asked.body) == ("GET", "/llm/a/b?size=1", b"")
    assert (told.method, told.target, told.body) == ("POST", "/llm/a/b", b'{"size":1}')


def test_route_defines_whether_a_call_may_be_repeated() -> None:
    assert ask()(BELOW, {}).replayable
    assert not tell()(BELOW, {}).replayable


def test_read_only_call_may_be_a_post() -> None:
    assert ask(method="POST")(SETTINGS, {}).method == "POST"


def test_none_is_not_sent_in_the_query() -> None:
    assert ask("/a")(SETTINGS, {"size": None}).target == "/a"
    assert tell("/a")(SETTINGS, {"size": None}).body == b'{"size":null}'


def test_extra_body_overrides_all_options() -> None:
    options = {"name": "a", "x": 0, "size": 1, "extra_body": {"size": 2, "name": "b"}}
    spec = tell(required=("name", "x"))(SETTINGS, options)

    assert spec.body == b'{"name":"b","x":0,"size":2}'


def test_a_required_parameter_must_have_a_value_and_an_optional_one_need_not() -> None:
    call = tell(required=("name",), optional=("x",))

    assert call(SETTINGS, {"name": "a"}).body == b'{"name":"a"}'
    for options in ({}, {"name": None}, {"name": "a", "extra_body": {"name": None}}):
        with pytest.raises(RequestError, match=r"^name: missing, and the server has no default"):
            call(SETTINGS, options)


def test_optional_parameter_is_sent_in_the_query() -> None:
    assert ask(optional=("x",))(SETTINGS, {"x": True}).target == "/a/b?x=true"


def test_a_path_parameter_is_quoted_and_not_in_the_query() -> None:
    spec = ask("/a/{name}/b")(BELOW, {"name": "x/é", "size": 1})

    assert (spec.path, spec.target) == ("/llm/a/x%2F%C3%A9/b", "/llm/a/x%2F%C3%A9/b?size=1")
    with pytest.raises(RequestError, match=r"^name: '\.\.' cannot be part of a URL path"):
        ask("/a/{name}/b")(BELOW, {"name": ".."})


def test_options_are_adjusted_before_they_are_sent() -> None:
    def doubled(given: dict[str, Any]) -> dict[str, Any]:
        return {**given, "size": 2 * given["size"]}

    options = {"size": 1}

    assert ask(adjust=doubled)(SETTINGS, options).target == "/a/b?size=2"
    assert tell(adjust=doubled)(SETTINGS, options).body == b'{"size":2}'
    assert options == {"size": 1}


def test_error_names_the_method() -> None:
    for call in (ask(), ask(method="POST"), tell()):
        with pytest.raises(RequestError, match=r"^a_b\(\) has no option 'sise'; did you mean size"):
            call(SETTINGS, {"sise": 1})
    with pytest.raises(RequestError, match=r"^a_b\(\) has no option 'size'"):
        QueryCall(Route("GET", "/a/b", ""), nothing)(SETTINGS, {"size": 1})
    with pytest.raises(RequestError, match=r"^a\.list\(\) has no option 'sise'"):
        ask(name="a.list()")(SETTINGS, {"sise": 1})


def test_all_keys_of_a_typed_dict_are_known() -> None:
    class Strict(TypedDict):
        needed: int

    class Both(Strict, total=False):
        optional: int

    assert names_of(Both) == {"needed", "optional"}


def test_empty_body_is_accepted() -> None:
    assert brief(Said)(reply(b"")) == Said()
    assert brief(Said)(reply(b'{"status":"paused"}')) == Said("paused")
    with pytest.raises(ParseError):
        brief(Said)(reply(b"paused"))


def test_field_must_have_exactly_its_type() -> None:
    assert field("n", int)(reply(b'{"n":1,"more":2}')) == 1
    for body in (b'{"n":true}', b'{"n":"1"}', b'{"n":null}', b"{}", b"[1]"):
        with pytest.raises(ParseError, match=r"\$\.n: expected int") as caught:
            field("n", int)(reply(body))
        assert (caught.value.where, caught.value.body) == ("$.n", body.decode())
