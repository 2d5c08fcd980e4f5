"""Derendered answers, compared with a real server; the simulated tokens have the same texts."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import further, load_further, repeat, server_like, shape
from tests.testing.wire import ask
from vllm_client import SyncVllmClient
from vllm_client.testing import SimulatedVllm

CONFIG = "chat-scale-out"
CHAT = "/v1/chat/completions/derender"
REFUSED = [load(CONFIG, "err_chat_derender"), *further(f"{CONFIG}/err_derender_*")]


def written(message: Mapping[str, Any]) -> str:
    """Return the generated text from which the parsers made this message."""
    calls = "".join(
        f'<tool_call>\n{{"name": "{call["function"]["name"]}",'
        f' "arguments": {call["function"]["arguments"]}}}\n</tool_call>'
        for call in message.get("tool_calls") or ()
    )
    return f"<think>{message['reasoning']}</think>{message['content'] or ''}{calls}<|im_end|>"


def ids_of(server: SimulatedVllm, text: str) -> list[int]:
    return list(ask(server, "POST", "/tokenize", {"prompt": text}).json["tokens"])


@pytest.mark.parametrize(
    "recording",
    [load(CONFIG, "chat_derender"), *further(f"{CONFIG}/derender_chat_*")],
    ids=str,
)
def test_chat_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    [choice] = recording.json["choices"]
    generated = recording.request["generate_response"]
    with server_like(recording) as server:
        ids = ids_of(server, written(choice["message"]))
        choices = [{**generated["choices"][0], "token_ids": ids}]
        body = {**recording.request, "generate_response": {**generated, "choices": choices}}
        answer = ask(server, "POST", CHAT, body)
    assert answer.status == 200
    assert shape(answer.json) == shape(recording.json)


def test_completions_have_the_same_shape_as_the_recording() -> None:
    recording = load(CONFIG, "completions_derender")
    texts = [choice["text"] for choice in recording.json["choices"]]
    several = recording.request["generate_responses"]
    with server_like(recording) as server:
        body = {
            **recording.request,
            "generate_responses": [
                {**one, "choices": [{**one["choices"][0], "token_ids": ids_of(server, text)}]}
                for one, text in zip(several, texts, strict=True)
            ],
        }
        answer = ask(server, "POST", "/v1/completions/derender", body)
    assert shape(answer.json) == shape(recording.json)


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_choice_without_tokens_is_rejected() -> None:
    choices = [{"index": 0, "token_ids": []}]
    body = {"generate_response": {"choices": choices}, "chat_request": {"messages": []}}
    with SimulatedVllm() as server:
        answer = ask(server, "POST", CHAT, body)
    assert answer.json["error"]["message"] == "choice 0 has empty or null token_ids"


def test_without_parsers_tags_stay_in_the_text() -> None:
    with SimulatedVllm(reasoning_parser=False, tool_parser=False) as server:
        choices = [{"index": 0, "token_ids": ids_of(server, "<think>a</think>b")}]
        answer = ask(server, "POST", CHAT, {"generate_response": {"choices": choices}})
    assert answer.json["choices"][0]["message"]["content"] == "<think>a</think>b"


def test_generate_with_output_mode_derender_returns_a_message() -> None:
    """`output_mode="derender"` returns the message that the recorded server returns."""
    recording = load_further(CONFIG, "generate_derender")
    [real] = recording.json["choices"]
    with server_like(recording) as server:
        text = written(real["message"]).removesuffix("<|im_end|>")
        server.reply([text])
        answer = repeat(server, recording)
    [choice] = answer.json["choices"]
    assert list(answer.json) == list(recording.json)
    assert shape({**choice, "token_ids": [0]}) == shape({**real, "token_ids": [0]}) or (
        shape(choice["message"]) == shape(real["message"])
    )
    assert (choice["finish_reason"], list(choice)) == (real["finish_reason"], list(real))


def test_generate_uses_the_tools_of_the_rendered_chat() -> None:
    tool = {"type": "function", "function": {"name": "get_weather"}}
    chat = {"model": "simulated", "messages": [{"role": "user", "content": "Oslo?"}]}
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        rendered = client.chat.completions.render(**chat, tools=[tool]).to_dict()
        answer = client.inference.generate(**{**rendered, "output_mode": "derender"})
    message = answer.choices[0].message
    assert message is not None
    assert [call.function.name for call in message.tool_calls or ()] == ["get_weather"]
    assert re.fullmatch("chatcmpl-tool-[0-9a-f]+", message.tool_calls[0].id or "")


@pytest.mark.parametrize("version", ["0.32.0", "0.33.0"])
def test_vllm_0_32_rejects_output_mode_derender(version: str) -> None:
    body = {"token_ids": [1], "sampling_params": {}, "output_mode": "derender", "parse_context": {}}
    with SimulatedVllm(version=version) as server:
        status = ask(server, "POST", "/inference/v1/generate", body).status
    assert status == (400 if version == "0.32.0" else 200)
