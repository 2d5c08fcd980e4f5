"""The weight versions of tokens."""

from vllm_client.codec.decoder import structure
from vllm_client.codec.weight_version import WeightVersion


def test_range_of_tokens_is_decoded_and_converted_back() -> None:
    told = {"version": "default", "start": 0, "end": 28}
    span = structure(told, WeightVersion)

    assert span == WeightVersion("default", 0, 28)
    assert span.to_dict() == told
