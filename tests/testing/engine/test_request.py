"""The KV cache blocks that a request needs."""

import pytest

from vllm_client.testing.engine.request import EngineRequest


@pytest.mark.parametrize(("prompt", "shared"), [(0, 0), (16, 0), (17, 1), (48, 2), (49, 3)])
def test_the_last_token_of_a_prompt_is_never_cached(prompt: int, shared: int) -> None:
    assert len(EngineRequest(prompt, 1, prefix="abc").prefix) == shared


def test_blocks_are_counted_without_those_of_the_prefix() -> None:
    request = EngineRequest(33, 10, prefix="ab")
    request.to_prefill = 33
    assert request.own_blocks() == 1

    request.is_decoding, request.decodes_since = True, 5
    assert request.own_blocks(step=20) == 1
    assert request.own_blocks(step=21) == 2
