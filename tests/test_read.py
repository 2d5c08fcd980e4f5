"""Reading the usual answer: JSON that is one answer class."""

import pytest

from vllm_client.endpoints.models import Model, ModelList
from vllm_client.errors import ParseError
from vllm_client.headers import Headers
from vllm_client.read import read_answer, reader
from vllm_client.request import Reply


def reply(body: bytes) -> Reply:
    return Reply(200, Headers([("content-type", "application/json")]), body)


def test_an_answer_is_read_as_its_class() -> None:
    models = reply(b'{"data": [{"id": "tiny"}]}')

    assert read_answer(models, ModelList) == ModelList([Model("tiny")])
    assert reader(ModelList)(models) == ModelList([Model("tiny")])


@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        (b'{"data": [{"id": 5}]}', "$.data[0].id", "$.data[0].id: expected str, got 5"),
        (b'{"data": null}', "$.data", "$.data: missing"),
        (b"[]", "$", "$: expected an object, got []"),
        (b"<html>", "$", "expected JSON, got application/json: "),
        (b"", "$", "expected JSON, got application/json: "),
        (b"\xff", "$", "expected JSON, got application/json: "),
    ],
)
def test_any_other_answer_is_a_parse_error_that_says_where(
    body: bytes, where: str, message: str
) -> None:
    with pytest.raises(ParseError) as caught:
        read_answer(reply(body), ModelList)

    assert caught.value.where == where
    assert caught.value.message.startswith(message)
    assert caught.value.status == 200
    assert caught.value.body == body.decode("utf-8", "replace")
    assert caught.value.__cause__ is not None
