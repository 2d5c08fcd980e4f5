"""/pooling, /classify, /score, /rerank, /generative_scoring, compared with plain requests."""

from typing import Any

import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from tests.live.plain import comparable, post
from vllm_client import ApiError

POOLERS = ("embed", "bert_embed", "bert_rank", "bert_class", "qwen3_rank")
SCORERS = ("embed", "bert_embed", "bert_rank", "qwen3_rank")
CLASSIFIERS = ("bert_rank", "bert_class", "qwen3_rank")

QUERY = "What is the capital of France?"
PAIR = {"queries": QUERY, "documents": "Paris"}


@pytest.fixture
def driver(request: pytest.FixtureRequest, config: str, facade: str) -> Any:
    """Yield a driver of a client of the configuration's server."""
    return request.getfixturevalue(config)


@pytest.mark.parametrize("config", POOLERS)
def test_pooling_equals_a_plain_request(driver: Driver, config: str, address_of: AddressOf) -> None:
    body: dict[str, Any] = {"input": "hello world"}
    plain = post(address_of(config), "/pooling", body).json()
    response = driver.call(lambda client: client.pooling(**body))

    assert comparable(response.to_dict()) == comparable(plain)
    assert response.unknown_fields == response.data[0].unknown_fields == {}
    for encoding in ("base64", "bytes", "bytes_only"):
        again = driver.call(lambda client, e=encoding: client.pooling(**body, encoding_format=e))
        assert [output.data for output in again] == [output.data for output in response]


@pytest.mark.parametrize("config", POOLERS)
def test_pooling_of_several_in_bytes(driver: Driver) -> None:
    texts = ["hello world", "cat", "你好"]
    response = driver.call(lambda client: client.pooling(input=texts, encoding_format="bytes"))

    assert [output.index for output in response] == [0, 1, 2]
    assert {len(output.data) for output in response} == {response.data[0].shape[0]}
    assert response.usage.prompt_tokens > 3


def test_unsupported_task_is_an_api_error(bert_class: Driver) -> None:
    with pytest.raises(ApiError, match="Unsupported task: 'embed'"):
        bert_class.call(lambda client: client.pooling(input="a", task="embed"))


def test_missing_plugin_is_an_api_error(bert_embed: Driver) -> None:
    with pytest.raises(ApiError, match="No IOProcessor plugin installed"):
        bert_embed.call(lambda client: client.pooling(data={"x": 1}))


@pytest.mark.parametrize("config", CLASSIFIERS)
def test_classify_equals_a_plain_request(
    driver: Driver, config: str, address_of: AddressOf
) -> None:
    body = {"input": "hello world"}
    plain = post(address_of(config), "/classify", body).json()
    response = driver.call(lambda client: client.classify(**body))

    assert comparable(response.to_dict()) == comparable(plain)
    assert response.unknown_fields == response.data[0].unknown_fields == {}


def test_three_classes(bert_class: Driver) -> None:
    response = bert_class.call(lambda client: client.classify(input=["hello world", "what a cat"]))

    assert [each.label for each in response] == ["NEGATIVE", "NEUTRAL"]
    assert [each.num_classes for each in response] == [3, 3]
    assert all(sum(each.probs) == pytest.approx(1) for each in response)


@pytest.mark.parametrize("version", [None, "v1"])
@pytest.mark.parametrize("config", SCORERS)
def test_score_equals_a_plain_request(
    driver: Driver, config: str, version: str | None, address_of: AddressOf
) -> None:
    plain = post(address_of(config), "/v1/score" if version else "/score", PAIR).json()
    response = driver.call(lambda client: client.score(**PAIR, version=version))

    assert comparable(response.to_dict()) == comparable(plain)
    assert response.unknown_fields == response.data[0].unknown_fields == {}


@pytest.mark.parametrize("config", SCORERS)
@pytest.mark.parametrize(
    "names",
    [("queries", "documents"), ("queries", "items"), ("text_1", "text_2"), ("data_1", "data_2")],
)
def test_all_names_of_the_two_sides_are_equivalent(driver: Driver, names: tuple[str, str]) -> None:
    (expected,) = driver.call(lambda client: client.score(**PAIR))
    pair = dict(zip(names, (QUERY, ["Paris", "Tokyo", "cat"]), strict=True))
    response = driver.call(lambda client: client.score(**pair))

    assert response.data[0].score == pytest.approx(expected.score, abs=1e-5)
    assert [each.index for each in response] == [0, 1, 2]


@pytest.mark.parametrize("version", [None, "v1", "v2"])
@pytest.mark.parametrize("config", SCORERS)
def test_rerank_equals_a_plain_request(
    driver: Driver, config: str, version: str | None, address_of: AddressOf
) -> None:
    body: dict[str, Any] = {"query": QUERY, "documents": ["Paris is the capital"]}
    plain = post(address_of(config), f"/{version}/rerank" if version else "/rerank", body).json()
    response = driver.call(lambda client: client.rerank(**body, version=version))

    assert comparable(response.to_dict()) == comparable(plain)
    assert response.unknown_fields == response.results[0].unknown_fields == {}


@pytest.mark.parametrize("config", SCORERS)
def test_rerank_puts_the_best_document_first(driver: Driver) -> None:
    documents = ["Paris is the capital", "a cat", "Tokyo"]
    response = driver.call(lambda client: client.rerank(query=QUERY, documents=documents, top_n=2))

    scores = [each.relevance_score for each in response]
    assert len(scores) == 2
    assert scores == sorted(scores, reverse=True)
    assert [each.document.text for each in response] == [documents[e.index] for e in response]


def test_a_document_may_have_parts(embed: Driver) -> None:
    documents = [{"content": [{"type": "text", "text": "a cat"}]}]
    with pytest.raises(ApiError, match="MultiModalParam is not supported for"):
        embed.call(lambda client: client.rerank(query=QUERY, documents=documents))


def test_generative_scoring_equals_a_plain_request(chat: Driver, address_of: AddressOf) -> None:
    body: dict[str, Any] = {"query": "Once upon", "items": [" a"], "label_token_ids": [5, 6]}
    plain = post(address_of("chat"), "/generative_scoring", body).json()
    response = chat.call(lambda client: client.generative_scoring(**body))

    assert comparable(response.to_dict()) == comparable(plain)
    assert response.unknown_fields == response.data[0].unknown_fields == {}
    assert 0 < response.data[0].score < 1


def test_generative_scoring_of_token_ids(chat: Driver) -> None:
    response = chat.call(
        lambda client: client.generative_scoring(
            query=[40, 41],
            items=[[42], [43]],
            label_token_ids=[5, 6],
            item_first=True,
            apply_softmax=False,
        )
    )

    assert [each.index for each in response] == [0, 1]


def test_a_chat_server_does_not_classify(chat: Driver) -> None:
    with pytest.raises(ApiError) as caught:
        chat.call(lambda client: client.classify(input="a"))

    assert caught.value.code == 404
