"""The list of models."""

import pytest

from tests.decoding import SETTINGS
from tests.recordings import Recording, all_recordings
from vllm_client.endpoints.models import Model, ModelList, build_models
from vllm_client.headers import Headers
from vllm_client.request import Reply
from vllm_client.timeout import Timeout

RECORDED = [one for one in all_recordings() if one.path == "/v1/models" and one.status == 200]


def test_the_list_is_asked_for_without_a_body() -> None:
    spec = build_models(SETTINGS, {"timeout": 5, "extra_query": {"a": 1}})

    assert (spec.method, spec.path, spec.target) == ("GET", "/v1/models", "/v1/models?a=1")
    assert spec.body == b""
    assert spec.timeout == Timeout(total=5)
    assert spec.replayable


@pytest.mark.parametrize("recording", RECORDED, ids=str)
def test_a_recorded_list_is_read(recording: Recording) -> None:
    reply = Reply(200, Headers(), recording.body)

    models = build_models(SETTINGS, {}).read(reply)

    assert [model.id for model in models] == [card["id"] for card in recording.json["data"]]
    first = models.data[0]
    assert (first.id, first.owned_by, first.max_model_len) == ("tiny", "vllm", 2048)
    assert first.permission
    assert first.unknown_fields == {}


def test_iterating_gives_the_models() -> None:
    assert list(ModelList([Model("a"), Model("b", parent="a")])) == [
        Model("a"),
        Model("b", parent="a"),
    ]
