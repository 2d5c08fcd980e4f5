"""What control calls share."""

from typing import TypedDict

import attrs
import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from vllm_client.api.common.commands import (
    brief,
    command_by_body,
    command_by_query,
    field,
    names_of,
    nothing,
    question,
)
from vllm_client.api.common.options import CallOptions, GenerationCallOptions
from vllm_client.call.settings import ClientSettings
from vllm_client.codec.answer import Answer
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.base_url import BaseUrl

BELOW = ClientSettings(BaseUrl.parse("http://server/llm/v1"))


class Keywords(CallOptions, total=False):
    size: int


class BodyKeywords(GenerationCallOptions, total=False):
    size: int


@attrs.frozen(repr=False)
class Said(Answer):
    status: str | None = None


def test_a_question_may_be_repeated_and_a_command_may_not() -> None:
    asked = question(BELOW, "a/b", nothing, {"size": 1}, keywords=Keywords)
    by_query = command_by_query(BELOW, "a/b", nothing, {"size": 1}, Keywords)
    by_body = command_by_body(BELOW, "a/b", nothing, {"size": 1}, BodyKeywords)

    assert (asked.method, asked.target, asked.replayable) == ("GET", "/llm/a/b?size=1", True)
    assert (by_query.method, by_query.target) == ("POST", "/llm/a/b?size=1")
    assert (by_body.method, by_body.target, by_body.body) == ("POST", "/llm/a/b", b'{"size":1}')
    assert not by_query.replayable
    assert not by_body.replayable


def test_a_question_may_be_asked_by_post() -> None:
    assert question(SETTINGS, "a", nothing, {}, method="POST").method == "POST"


def test_null_has_no_place_in_a_query() -> None:
    assert command_by_query(SETTINGS, "a", nothing, {"size": None}, Keywords).target == "/a"
    body = command_by_body(SETTINGS, "a", nothing, {"size": None}, BodyKeywords).body
    assert body == b'{"size":null}'


def test_extra_body_wins_over_all() -> None:
    options = {"size": 1, "extra_body": {"size": 2, "name": "b"}}
    spec = command_by_body(SETTINGS, "a", nothing, options, BodyKeywords, {"name": "a", "x": 0})

    assert spec.body == b'{"name":"b","x":0,"size":2}'


def test_a_message_names_the_method() -> None:
    for ask in (
        lambda: question(SETTINGS, "a/b", nothing, {"sise": 1}, keywords=Keywords),
        lambda: command_by_query(SETTINGS, "a/b", nothing, {"sise": 1}, Keywords),
        lambda: command_by_body(SETTINGS, "a/b", nothing, {"sise": 1}, BodyKeywords),
    ):
        with pytest.raises(RequestError, match=r"^a_b\(\) has no option 'sise'; did you mean size"):
            ask()
    with pytest.raises(RequestError, match=r"^a_b\(\) has no option 'size'"):
        question(SETTINGS, "a/b", nothing, {"size": 1})


def test_all_keys_of_a_typed_dict_are_known() -> None:
    class Strict(TypedDict):
        needed: int

    class Both(Strict, total=False):
        optional: int

    assert names_of(Both) == {"needed", "optional"}


def test_a_brief_answer_may_be_none_at_all() -> None:
    assert brief(Said)(reply(b"")) == Said()
    assert brief(Said)(reply(b'{"status":"paused"}')) == Said("paused")
    with pytest.raises(ParseError):
        brief(Said)(reply(b"paused"))


def test_a_field_is_of_just_its_type() -> None:
    assert field("n", int)(reply(b'{"n":1,"more":2}')) == 1
    for body in (b'{"n":true}', b'{"n":"1"}', b'{"n":null}', b"{}", b"[1]"):
        with pytest.raises(ParseError, match=r"\$\.n: expected int") as caught:
            field("n", int)(reply(body))
        assert (caught.value.where, caught.value.body) == ("$.n", body.decode())
