"""Rows as requests."""

from vllm_client.bulk.requests import BulkRequest, BulkRow
from vllm_client.vllm.routes import CHAT_COMPLETIONS


def test_body_of_python_values_is_converted_to_json_values() -> None:
    request = BulkRequest.of(CHAT_COMPLETIONS, {"logit_bias": {10: 1}, "stop": ("a", "b")}, "x")

    assert request.body == {"logit_bias": {"10": 1}, "stop": ["a", "b"]}


def test_prompts_are_not_in_the_repr() -> None:
    row = BulkRow("k", 0, CHAT_COMPLETIONS, {"prompt": "private"}, None, "00")

    assert "private" not in repr(row)
    assert row.url == "/v1/chat/completions"
