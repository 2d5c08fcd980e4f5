"""Reading the usual answer."""

import attrs
import pytest

from vllm_client.call.response import HttpResponse, read_answer, reader
from vllm_client.codec.answer import Answer
from vllm_client.errors import ParseError
from vllm_client.http.headers import Headers


@attrs.frozen(repr=False)
class Version(Answer):
    version: str


def reply(body: bytes) -> HttpResponse:
    return HttpResponse(200, Headers([("content-type", "application/json")]), body)


def test_an_answer_is_read_as_its_class_with_unknown_keys_kept() -> None:
    answer = read_answer(reply(b'{"version":"0.32.0","new":1}'), Version)

    assert answer == Version(version="0.32.0", unknown_fields={"new": 1})
    assert reader(Version)(reply(b'{"version":"0.32.0","new":1}')) == answer


@pytest.mark.parametrize(
    ("body", "where"), [(b'{"version":7}', "$.version"), (b"[]", "$"), (b"none", "$")]
)
def test_what_does_not_fit_is_told_with_its_place_and_text(body: bytes, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        reader(Version)(reply(body))

    error = caught.value
    assert (error.where, error.body, error.status) == (where, body.decode(), 200)
    assert isinstance(error.__cause__, ParseError)
