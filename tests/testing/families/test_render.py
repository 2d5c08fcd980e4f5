"""Rendered requests, compared with a real server."""

from typing import Any

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import further, header_names, headers_of, repeat, server_like, shape
from tests.testing.wire import ask
from vllm_client import SyncVllmClient, user
from vllm_client.testing import SimulatedVllm

ANSWERED = [
    *(load("chat-scale-out", name) for name in ("chat_render", "chat_render_all")),
    load("chat-scale-out", "chat_render_tools"),
    load("chat-scale-out", "completions_render"),
    *further("chat-scale-out/render_*"),
]
REFUSED = further("chat-scale-out/err_render_*")


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert answer.status == 200
    assert list(headers_of(answer)) == header_names(recording.headers)
    assert of_kind(answer.json) == of_kind(recording.json)


def of_kind(answer: Any) -> Any:
    """Return the shape without lengths and token positions, which depend on the tokenizer."""
    if isinstance(answer, list):
        return [of_kind(one) for one in answer]
    limit = answer["sampling_params"].get("max_tokens", 0)
    offsets = answer["token_offsets"]
    params = {**answer["sampling_params"], "max_tokens": "the room" if limit > 500 else limit}
    params = params if limit else answer["sampling_params"]
    kind = [type(pair) for pair in offsets or ()][:1]
    return shape({**answer, "sampling_params": list(params.items()), "token_offsets": kind})


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_token_offsets_are_positions_in_the_prompt() -> None:
    body = {"messages": [{"role": "user", "content": "Hi there"}], "return_token_offsets": True}
    with SimulatedVllm() as server:
        rendered = ask(server, "POST", "/v1/chat/completions/render", body).json
        prompt = ask(server, "POST", "/detokenize", {"tokens": rendered["token_ids"]}).json
    assert rendered["token_offsets"][0][0] == 0
    assert rendered["token_offsets"][-1][1] == len(prompt["prompt"])
    assert len(rendered["token_offsets"]) == len(rendered["token_ids"])


def test_rendered_chat_is_answered_like_the_chat_itself() -> None:
    """Rendering, generating and derendering return the same as one chat request."""
    chat = {"model": "simulated", "messages": [user("What is up in Oslo?")]}
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        at_once = client.chat.completions.create(**chat)
        rendered = client.chat.completions.render(**chat)
        generated = client.inference.generate(**rendered.to_dict())
        derendered = client.chat.completions.derender(
            generate_response=generated, chat_request=chat
        )
    message = derendered.choices[0].message
    assert (message.content, message.reasoning) == (
        at_once.content,
        at_once.choices[0].message.reasoning,
    )


def test_without_parsers_there_is_no_reasoning() -> None:
    body = {"messages": [{"role": "user", "content": "Hi"}]}
    with SimulatedVllm(reasoning_parser=False, tool_parser=False) as server:
        rendered = ask(server, "POST", "/v1/chat/completions/render", body).json
    assert rendered["reasoning_parser_kwargs"] is rendered["reasoning_ended"] is None
    assert "skip_special_tokens" not in rendered["sampling_params"]
