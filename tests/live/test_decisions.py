"""/v1/decisions and /v1/systemone, compared with plain requests; the labels must be tokens."""

from typing import Any

import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from tests.live.plain import comparable, post
from vllm_client import ApiError

DECISIONS: dict[str, Any] = {
    "model": "tiny",
    "input": [{"role": "user", "content": [{"type": "input_text", "text": "It rains."}]}],
    "questions": [
        {"type": "predicate", "name": "wet", "instructions": "Is it wet?"},
        {
            "type": "choice",
            "instructions": "What falls?",
            "choices": [{"value": "rain"}, {"value": "snow", "description": "white"}],
        },
        {
            "type": "score",
            "instructions": "How much?",
            "levels": [{"label": "little"}, {"label": "much"}],
        },
    ],
    "safety_identifier": "user-1",
    "cache_salt": "salt",
}
SYSTEMONE: dict[str, Any] = {
    "state": {"sky": "grey"},
    "questions": {
        "wet": {"type": "noul", "instructions": "Is it wet?"},
        "what": {"type": "choice", "criteria": {"rain": "water", "sun": None}},
        "how": {"type": "score", "criteria": ["little", "much"]},
    },
}


def test_decisions_equal_a_plain_request(chat_decides: Driver, address_of: AddressOf) -> None:
    plain = post(address_of("chat-decides"), "/v1/decisions", DECISIONS).json()
    response = chat_decides.call(lambda client: client.decisions(**DECISIONS))

    assert comparable(response.to_dict()) == comparable(plain)
    assert response.unknown_fields == {}
    assert [answer.unknown_fields for answer in response.answers] == [{}, {}, {}]
    wet, what, how = response.answers
    assert (wet.name, what.name, what.choice in ("rain", "snow")) == ("wet", None, True)
    assert 0 <= wet.probability <= 1
    assert 0 <= how.score <= 1


def test_systemone_equals_a_plain_request(chat_decides: Driver, address_of: AddressOf) -> None:
    plain = post(address_of("chat-decides"), "/v1/systemone", SYSTEMONE).json()
    response = chat_decides.call(lambda client: client.systemone(**SYSTEMONE))

    assert comparable(response.to_dict()) == comparable(plain)
    assert response.unknown_fields == {}
    assert response.diagnostics.keys() == response.answers.keys() == SYSTEMONE["questions"].keys()


def test_only_diffusion_models_answer_jointly(chat_decides: Driver) -> None:
    for ask in (
        lambda client: client.decisions(**DECISIONS, joint=True),
        lambda client: client.systemone(**SYSTEMONE, joint=True),
    ):
        with pytest.raises(ApiError, match="joint reads need DiffusionGemma") as caught:
            chat_decides.call(ask)
        assert caught.value.code == 400


@pytest.mark.parametrize("ask", ["decisions", "systemone"])
def test_model_without_label_tokens_is_an_error(chat: Driver, ask: str) -> None:
    options = DECISIONS if ask == "decisions" else SYSTEMONE
    with pytest.raises(ApiError) as caught:
        chat.call(lambda client: getattr(client, ask)(**options))

    assert caught.value.code == 501
