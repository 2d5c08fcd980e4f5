"""Test the answer classes of the render routes."""

from vllm_client.api.render.answers import MultiModalFeatures, PlaceholderRange, RenderedRequest
from vllm_client.codec.decoder import structure


def test_prompt_with_media_is_decoded_and_round_trips() -> None:
    value = {
        "request_id": "resp_1",
        "token_ids": [1, 2],
        "token_offsets": [[0, 1], [1, 3]],
        "model": "vlm",
        "sampling_params": {"temperature": 0.0},
        "features": {
            "mm_hashes": {"image": ["abc"]},
            "mm_placeholders": {"image": [{"offset": 0, "length": 1}]},
            "kwargs_data": {"image": ["AAAA"]},
        },
        "output_mode": "tokens",
        "stream": False,
        "priority": 0,
    }
    rendered = structure(value, RenderedRequest)

    assert rendered.features == MultiModalFeatures(
        {"image": ["abc"]}, {"image": [PlaceholderRange(0, 1)]}, {"image": ["AAAA"]}
    )
    assert rendered.to_dict() == value
