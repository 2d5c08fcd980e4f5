"""Engine settings and presets."""

import pytest

from vllm_client.testing.engine.settings import PRESETS, Engine


def test_an_engine_without_arguments_is_an_h100() -> None:
    assert Engine() == Engine.preset("h100")


def test_a_preset_can_be_changed() -> None:
    engine = Engine.preset("a10g", max_num_queued_reqs=64)

    assert (engine.max_num_seqs, engine.max_num_queued_reqs) == (256, 64)
    assert PRESETS["a10g"].max_num_queued_reqs is None


def test_error_for_an_unknown_preset_lists_all_presets() -> None:
    with pytest.raises(ValueError, match="unknown engine 'b200'; the presets are h100, a10g, "):
        Engine.preset("b200")


def test_the_description_has_the_limits() -> None:
    assert Engine.preset("a10g").description == (
        "256 requests run at once, 60000 tokens of KV cache"
    )
    assert Engine(max_num_queued_reqs=9).description.endswith(", 9 requests accepted at once")
