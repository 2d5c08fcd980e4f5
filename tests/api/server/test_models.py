"""Test the list of models."""

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.server.models import LIST, Model, ModelList, retrieve
from vllm_client.call.response import HttpResponse
from vllm_client.errors import ApiError, RequestError
from vllm_client.http.headers import Headers
from vllm_client.http.timeouts import Timeout

RECORDED = [one for one in all_recordings() if one.path == "/v1/models" and one.status == 200]


def test_list_is_requested_without_a_body() -> None:
    spec = LIST(SETTINGS, {"timeout": 5, "extra_query": {"a": 1}})

    assert (spec.method, spec.path, spec.target) == ("GET", "/v1/models", "/v1/models?a=1")
    assert spec.body == b""
    assert spec.timeout == Timeout(total=5)
    assert spec.replayable


@pytest.mark.parametrize("recording", RECORDED, ids=str)
def test_recorded_list_is_decoded(recording: Recording) -> None:
    reply = HttpResponse(200, Headers(), recording.body)

    models = LIST(SETTINGS, {}).read(reply)

    assert [model.id for model in models] == [card["id"] for card in recording.json["data"]]
    first = models.data[0]
    assert (first.id, first.owned_by, first.max_model_len) == ("tiny", "vllm", 2048)
    assert first.permission
    assert first.unknown_fields == {}
    assert models.to_dict() == without_nulls(recording.json)


def test_iterating_yields_the_models() -> None:
    assert list(ModelList([Model("a"), Model("b", parent="a")])) == [
        Model("a"),
        Model("b", parent="a"),
    ]


def test_a_single_model_is_found_in_the_list() -> None:
    spec = retrieve("styl")(SETTINGS, {"timeout": 5})

    assert (spec.method, spec.target, spec.body) == ("GET", "/v1/models", b"")
    assert (spec.timeout, spec.replayable) == (Timeout(total=5), True)
    adapter = spec.read(HttpResponse(200, Headers(), load("chat-dev", "lora_models").body))
    assert (adapter.id, adapter.parent) == ("styl", "tiny")


def test_a_model_that_is_not_in_the_list_is_an_api_error() -> None:
    reply = HttpResponse(200, Headers(), load("chat", "get_v1_models").body)

    with pytest.raises(ApiError) as caught:
        retrieve("gpt")(SETTINGS, {}).read(reply)

    error = caught.value
    assert (error.code, error.type, error.param) == (404, "NotFoundError", "model")
    assert error.message == "The model `gpt` does not exist; the server offers tiny"


def test_misspelt_keyword_is_rejected() -> None:
    with pytest.raises(RequestError, match=r"models.retrieve\(\) has no option 'time'"):
        retrieve("gpt")(SETTINGS, {"time": 5})
