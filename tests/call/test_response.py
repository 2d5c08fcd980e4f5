"""Decoding answers."""

import attrs
import pytest

from vllm_client.call.response import HttpResponse, read_answer, read_success, reader
from vllm_client.codec.answer import Answer
from vllm_client.errors import ApiError, ParseError
from vllm_client.http.headers import Headers


@attrs.frozen(repr=False)
class Version(Answer):
    version: str


def reply(body: bytes) -> HttpResponse:
    return HttpResponse(200, Headers([("content-type", "application/json")]), body)


def test_answer_is_decoded_to_its_class_with_unknown_keys() -> None:
    answer = read_answer(reply(b'{"version":"0.32.0","new":1}'), Version)

    assert answer == Version(version="0.32.0", unknown_fields={"new": 1})
    assert reader(Version)(reply(b'{"version":"0.32.0","new":1}')) == answer


@pytest.mark.parametrize(
    ("body", "where"), [(b'{"version":7}', "$.version"), (b"[]", "$"), (b"none", "$")]
)
def test_error_of_a_misfit_has_its_path_and_the_body(body: bytes, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        reader(Version)(reply(body))

    error = caught.value
    assert (error.where, error.body, error.status) == (where, body.decode(), 200)
    assert isinstance(error.__cause__, ParseError)


def test_error_in_the_format_of_an_event_is_raised() -> None:
    body = b'event: error\ndata: {"code":400,"message":"too long"}\n\n'
    with pytest.raises(ApiError) as caught:
        read_success(reply(body))

    error = caught.value
    assert (error.code, error.message, error.body) == (400, "too long", body.decode())
    assert error.__context__ is None


def test_error_for_an_html_page_has_its_title() -> None:
    with pytest.raises(ParseError, match="expected JSON, got application/json: Log in"):
        read_success(reply(b"<html><head><title>Log in</title></head></html>"))


def test_a_byte_order_mark_before_an_answer_is_skipped() -> None:
    assert read_success(reply(b'\xef\xbb\xbf{"a":1}')) == {"a": 1}
