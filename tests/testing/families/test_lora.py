"""LoRA adapters, compared with recorded answers."""

from collections.abc import Iterator

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import header_names, headers_of, load_further, repeat, shape
from tests.testing.wire import ask
from vllm_client.testing import SimulatedVllm

LOAD = load("chat-dev", "lora_load")


@pytest.fixture
def server() -> Iterator[SimulatedVllm]:
    with SimulatedVllm(models=["tiny", "tiny-alias"], max_model_len=2048) as server:
        yield server


def check(server: SimulatedVllm, recording: Recording) -> None:
    answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())
    assert list(headers_of(answer)) == header_names(recording.headers)


@pytest.mark.parametrize(
    "recording",
    [
        load("chat-dev", "lora_load_nofield"),
        load("chat-dev", "lora_unload_again"),
        load_further("chat-scale-out", "lora_unload_kind"),
        load_further("chat-scale-out", "lora_unload_nofield"),
        load_further("chat-scale-out", "lora_load_empty"),
        load_further("chat-scale-out", "lora_load_base"),
        load_further("chat-scale-out", "adapters_empty"),
        load_further("chat-scale-out", "adapters_delete_again"),
        load("chat-dev", "adapters_delete"),
    ],
    ids=str,
)
def test_error_equals_the_recording(server: SimulatedVllm, recording: Recording) -> None:
    check(server, recording)


def test_adapter_is_loaded_listed_and_unloaded(server: SimulatedVllm) -> None:
    check(server, LOAD)
    check(server, load("chat-dev", "lora_load_again"))
    check(server, load_further("chat-scale-out", "lora_inplace"))
    listed = load("chat-dev", "lora_models")
    assert shape(repeat(server, listed).json) == shape(listed.json)
    check(server, load("chat-dev", "lora_unload"))
    check(server, load("chat-dev", "lora_unload_again"))


def test_sagemaker_routes_do_the_same(server: SimulatedVllm) -> None:
    check(server, load_further("chat-scale-out", "adapters_load"))
    check(server, load_further("chat-scale-out", "adapters_again"))
    check(server, load_further("chat-scale-out", "adapters_delete"))


def test_an_adapter_is_a_model_while_it_is_loaded(server: SimulatedVllm) -> None:
    body = {"model": "styl", "messages": [{"role": "user", "content": "Hi"}]}
    assert ask(server, "POST", "/v1/chat/completions", body).status == 404
    repeat(server, LOAD)
    assert ask(server, "POST", "/v1/chat/completions", body).json["model"] == "styl"
    other = ask(server, "POST", "/v1/chat/completions", {**body, "model": "nope"})
    message = "The model `nope` does not exist. Valid aliases: tiny, tiny-alias."
    assert other.json["error"]["message"] == message
