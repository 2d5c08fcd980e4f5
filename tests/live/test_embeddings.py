"""/v1/embeddings and /v2/embed: equal numbers in all encodings."""

import struct
from base64 import b64decode
from typing import Any

import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from tests.live.plain import comparable, post
from vllm_client import ApiError, EmbeddingResponse

CONFIGS = ("embed", "bert_embed")
TEXT = "hello world"
ENCODINGS = ("float", "base64", "bytes", "bytes_only")


@pytest.fixture(params=CONFIGS)
def config(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def embedder(request: pytest.FixtureRequest, config: str, facade: str) -> Any:
    """Yield a driver of a client of the configuration's server."""
    return request.getfixturevalue(config)


def embeddings(driver: Driver, **options: Any) -> EmbeddingResponse:
    response = driver.call(lambda client: client.embeddings.create(**options))
    assert isinstance(response, EmbeddingResponse)
    return response


def test_embeddings_equal_a_plain_request(
    embedder: Driver, config: str, address_of: AddressOf
) -> None:
    body = {"input": TEXT, "encoding_format": "float"}
    plain = post(address_of(config), "/v1/embeddings", body).json()
    floats = comparable(plain["data"][0]["embedding"])

    assert comparable(embeddings(embedder, **body).to_dict()) == comparable(plain)
    assert comparable(embeddings(embedder, input=TEXT).to_dict()) == comparable(plain)
    for encoding in ENCODINGS:
        (only,) = embeddings(embedder, input=TEXT, encoding_format=encoding)
        assert comparable(only.embedding) == floats
        assert comparable(only.numpy().tolist()) == floats


def test_bytes_and_base64_equal_a_plain_request(
    embedder: Driver, config: str, address_of: AddressOf
) -> None:
    for encoding in ("base64", "bytes", "bytes_only"):
        body = {"input": TEXT, "encoding_format": encoding, "embed_dtype": "bfloat16"}
        plain = post(address_of(config), "/v1/embeddings", body)
        (only,) = embeddings(embedder, **body)
        is_json = plain.headers["content-type"] == "application/json"
        raw = b64decode(plain.json()["data"][0]["embedding"]) if is_json else plain.content
        assert only.raw == raw


@pytest.mark.parametrize("encoding", [None, "base64", "bytes", "bytes_only"])
@pytest.mark.parametrize("endianness", ["native", "little", "big"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "fp8_e4m3", "fp8_e5m2"])
def test_every_dtype_and_byte_order(
    embedder: Driver, encoding: str | None, endianness: str, dtype: str
) -> None:
    options: dict[str, Any] = {} if encoding is None else {"encoding_format": encoding}
    (exact,) = embeddings(embedder, input=TEXT)
    (only,) = embeddings(embedder, input=TEXT, embed_dtype=dtype, endianness=endianness, **options)

    assert only.dtype == dtype
    assert only.shape == exact.shape
    if dtype == "float32":
        assert only.embedding == exact.embedding
    elif dtype == "float16":
        order = ">" if endianness == "big" else "<"
        assert only.raw == struct.pack(f"{order}{len(exact.embedding)}e", *exact.embedding)
        assert only.embedding == pytest.approx(exact.embedding, abs=1e-3)
    else:
        assert len(only.raw) == len(exact.embedding) * (2 if dtype == "bfloat16" else 1)
        with pytest.raises(TypeError, match=dtype):
            only.embedding  # noqa: B018


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_several_inputs_keep_their_order(embedder: Driver, encoding: str) -> None:
    texts = [TEXT, "cat", "你好"]
    apart = [embeddings(embedder, input=text).data[0].embedding for text in texts]
    together = embeddings(embedder, input=texts, encoding_format=encoding)

    assert [each.index for each in together] == [0, 1, 2]
    for one, same in zip(together, apart, strict=True):
        assert one.embedding == pytest.approx(same, abs=1e-5)
        assert len(one.raw) == 4 * len(same)


def test_token_ids_as_input(embedder: Driver) -> None:
    one = embeddings(embedder, input=[40, 41])
    two = embeddings(embedder, input=[[40, 41], [42]])

    assert len(one.data) == 1
    assert two.data[0].embedding == pytest.approx(one.data[0].embedding, abs=1e-5)


def test_chat_as_input(embed: Driver) -> None:
    messages = [{"role": "user", "content": "hello"}]
    (by_messages,) = embeddings(embed, messages=messages)
    (by_input,) = embeddings(embed, input=messages)
    both = embeddings(embed, messages=[messages, messages], encoding_format="bytes_only")

    assert by_messages.embedding == by_input.embedding
    assert len(both.data) == 2


def test_base64_is_smaller(embedder: Driver, config: str, address_of: AddressOf) -> None:
    sizes = {
        encoding: len(
            post(
                address_of(config),
                "/v1/embeddings",
                {"input": ["hello world"] * 32, "encoding_format": encoding},
            ).content
        )
        for encoding in ("float", "base64")
    }

    assert sizes["float"] > 1.5 * sizes["base64"]  # vLLM 0.33: 2 to 2.2 times, 0.32: 4 times


def test_unsupported_dimensions_are_an_api_error(embedder: Driver) -> None:
    with pytest.raises(ApiError, match="Matryoshka") as caught:
        embeddings(embedder, input=TEXT, dimensions=16)

    assert caught.value.code == 400


def test_v2_embed_equals_a_plain_request(
    embedder: Driver, config: str, address_of: AddressOf
) -> None:
    body = {"texts": [TEXT], "embedding_types": ["float", "binary", "ubinary", "base64"]}
    plain = post(address_of(config), "/v2/embed", body).json()
    response = embedder.call(lambda client: client.embed_v2(**body))
    (exact,) = embeddings(embedder, input=TEXT)

    assert comparable(response.to_dict()) == comparable(plain)
    assert response.unknown_fields == {}
    assert response.embeddings.float == [exact.embedding]
    assert b64decode(response.embeddings.base64[0]) == exact.raw
    assert response.texts == [TEXT]


@pytest.mark.parametrize("chunks", [None, {"chunk_size": 4}])
def test_token_embedding_server_returns_a_vector_per_token_or_chunk(
    token_embed: Driver, address_of: AddressOf, chunks: dict[str, int] | None
) -> None:
    options = {"input": ["hello world, how are you", "cat"], "late_chunking_params": chunks}
    if chunks is None:
        options["encoding_format"] = "float"
    plain = post(address_of("token_embed"), "/v1/embeddings", options).json()
    response = embeddings(token_embed, **options)

    assert comparable(response.to_dict()) == comparable(plain)
    for embedding in response:
        assert embedding.unknown_fields == {}
        assert len(embedding.vectors) == embedding.shape[0]
        assert (embedding.late_chunking is None) is (chunks is None)
        if embedding.late_chunking:
            assert len(embedding.late_chunking.chunks) == len(embedding.vectors)


def test_token_embedding_server_has_no_base64(token_embed: Driver) -> None:
    with pytest.raises(ApiError, match="encoding_format") as caught:
        embeddings(token_embed, input="cat")

    assert caught.value.code == 400
