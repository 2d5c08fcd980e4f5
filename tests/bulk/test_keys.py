"""Hashes and keys of rows."""

from typing import Any

import pytest

from vllm_client.bulk.keys import body_hash, hash64, unnamed_key, without_salt
from vllm_client.bulk.requests import BulkRequest
from vllm_client.errors import RequestError
from vllm_client.vllm.routes import CHAT_COMPLETIONS, COMPLETIONS, Route


def hash_of(route: Route, body: dict[str, Any]) -> str:
    return body_hash(BulkRequest(route, body))


def test_the_hash_has_128_bits_and_never_changes() -> None:
    # Outputs of earlier versions of this package contain this hash.
    digest = hash_of(CHAT_COMPLETIONS, {"model": "m", "messages": [{"content": "é"}]})

    assert digest == "9fd98dfc1530119773c70b1d4f8a6e38"


def test_order_of_keys_does_not_change_the_hash() -> None:
    one = hash_of(CHAT_COMPLETIONS, {"a": {"x": 1, "y": 2}, "b": 1})

    assert one == hash_of(CHAT_COMPLETIONS, {"b": 1, "a": {"y": 2, "x": 1}})


def test_every_parameter_and_the_route_change_the_hash() -> None:
    bodies = [{"a": 1}, {"a": 2}, {"a": 1.0}, {"a": "1"}, {"a": [1]}, {"a": 1, "b": None}]
    digests = {hash_of(CHAT_COMPLETIONS, body) for body in bodies}

    assert len(digests) == len(bodies)
    assert hash_of(COMPLETIONS, {"a": 1}) not in digests


def test_cache_salt_does_not_change_the_hash() -> None:
    salted = {"a": 1, "cache_salt": "secret"}

    assert hash_of(CHAT_COMPLETIONS, salted) == hash_of(CHAT_COMPLETIONS, {"a": 1})
    assert without_salt(salted) == {"a": 1}


def test_number_that_json_cannot_represent_is_rejected() -> None:
    with pytest.raises(RequestError, match="not JSON compliant"):
        hash_of(CHAT_COMPLETIONS, {"a": float("nan")})


def test_equal_bodies_get_a_number_from_the_second_one_on() -> None:
    assert [unnamed_key("ab", number) for number in (1, 2, 3)] == ["ab", "ab-2", "ab-3"]


def test_hash64_has_64_bits() -> None:
    assert hash64(b"a") != hash64(b"b")
    assert hash64(b"a") < 2**64
