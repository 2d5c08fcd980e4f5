"""A server for embeddings: vectors in each encoding, scores and ranks."""

import pytest

from tests.live.drivers import Driver
from vllm_client import ApiError

TEXTS = ["hello world", "cat"]


def test_vectors_are_equal_as_floats_and_base64(embed: Driver) -> None:
    compact = embed.call(lambda client: client.embeddings.create(input=TEXTS))
    asked = {"input": TEXTS, "encoding_format": "float"}
    floats = embed.call(lambda client: client.embeddings.create(**asked))

    assert [each.index for each in compact] == [0, 1]
    for one, other in zip(compact, floats, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)  # computed twice
        assert len(one.embedding) == 128
    assert compact.usage.prompt_tokens == floats.usage.prompt_tokens > 0


def test_pooling_returns_the_vector(embed: Driver, version: str) -> None:
    if version == "0.11.0":
        with pytest.raises(ApiError, match="does not support Pooling API"):
            embed.call(lambda client: client.pooling(input="cat", task="embed"))
        return
    (vector,) = embed.call(lambda client: client.embeddings.create(input="cat"))
    (pooled,) = embed.call(lambda client: client.pooling(input="cat", task="embed"))

    assert pooled.data == pytest.approx(vector.embedding)


def test_text_is_most_similar_to_itself(embed: Driver) -> None:
    scores = embed.call(lambda client: client.score(text_1="cat", text_2=["hello world", "cat"]))
    ranks = embed.call(lambda client: client.rerank(query="cat", documents=["hello world", "cat"]))

    assert [each.index for each in scores] == [0, 1]
    assert scores.data[1].score == pytest.approx(1, abs=0.01)
    assert scores.data[0].score < scores.data[1].score
    assert [each.index for each in ranks.results] == [1, 0]
