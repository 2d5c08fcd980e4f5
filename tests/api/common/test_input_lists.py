"""Test the checks of messages and other lists, which are the same for all routes."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from vllm_client.api.anthropic.answers import MessagesResponse
from vllm_client.api.anthropic.request import build_count_tokens, build_messages
from vllm_client.api.chat.answers import Message
from vllm_client.api.chat.batch import build_chat_batch
from vllm_client.api.chat.request import build_chat
from vllm_client.api.common.input_lists import some_ids
from vllm_client.api.control.dev_mode import COLLECTIVE_RPC
from vllm_client.api.control.lora import (
    LOAD_LORA_ADAPTER,
    REGISTER_ADAPTER,
    UNLOAD_LORA_ADAPTER,
    UNREGISTER_ADAPTER,
)
from vllm_client.api.control.scaling import FAULT_TOLERANCE_APPLY, SCALE_ELASTIC_EP
from vllm_client.api.control.weights import (
    INIT_WEIGHT_TRANSFER_ENGINE,
    UPDATE_WEIGHT_VERSION,
    UPDATE_WEIGHTS,
    WEIGHT_CHECKER,
)
from vllm_client.api.inference.request import ABORT_REQUESTS, build_generate
from vllm_client.api.pooling.embeddings import build_embed_v2, build_embeddings
from vllm_client.api.pooling.pooling import build_classify, build_pooling
from vllm_client.api.pooling.scoring import (
    build_generative_scoring,
    build_rerank,
    build_score,
)
from vllm_client.api.pooling.systemone import build_systemone
from vllm_client.api.render.render import build_render_chat
from vllm_client.api.responses.request import build_response
from vllm_client.api.server.tokens import DETOKENIZE, build_tokenize
from vllm_client.call.request import RequestSpec
from vllm_client.call.settings import ClientSettings
from vllm_client.codec.json_codec import loads
from vllm_client.errors import RequestError

HI = {"role": "user", "content": "Hi"}

Build = Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[Any]]

CHATS: dict[Build, dict[str, Any]] = {
    build_chat: {},
    build_render_chat: {},
    build_tokenize: {},
    build_messages: {"model": "m", "max_tokens": 5},
    build_count_tokens: {"model": "m"},
    build_embeddings: {},
    build_pooling: {},
    build_classify: {},
}

each_chat = pytest.mark.parametrize("build", CHATS, ids=lambda build: build.__name__)


@each_chat
@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        (5, "messages: expected a list, got 5"),
        ("abc", "messages: expected a list, got 'abc'"),
        (HI, "messages: expected a list, got {"),
        ([], "messages: expected at least one"),
        (iter(()), "messages: expected at least one"),
        ([HI, "Hi"], r"messages\[1\]: expected a message, got 'Hi'"),
        ([5], r"messages\[0\]: expected a message, got 5"),
        ([HI, None], r"messages\[1\]: expected a message, got None"),
    ],
)
def test_values_other_than_messages_are_rejected(build: Build, messages: Any, problem: str) -> None:
    with pytest.raises(RequestError, match=f"^{problem}"):
        build(SETTINGS, {**CHATS[build], "messages": messages})


@each_chat
def test_messages_may_come_from_an_iterator(build: Build) -> None:
    spec = build(SETTINGS, {**CHATS[build], "messages": (message for message in [HI, HI])})

    assert loads(spec.body.decode())["messages"] == [HI, HI]


@pytest.mark.parametrize("build", [build_embeddings, build_chat_batch])
def test_each_of_several_conversations_is_checked(build: Build) -> None:
    spec = build(SETTINGS, {"messages": iter([[HI], [HI, HI]])})
    assert loads(spec.body.decode())["messages"] == [[HI], [HI, HI]]
    with pytest.raises(RequestError, match=r"^messages\[1\]: expected at least one message"):
        build(SETTINGS, {"messages": [[HI], []]})
    with pytest.raises(RequestError, match=r"^messages\[1\]: expected a list, got {"):
        build(SETTINGS, {"messages": [[HI], HI]})


@pytest.mark.parametrize(
    ("build", "reply"),
    [
        (build_chat, Message(content="Hello")),
        (build_messages, MessagesResponse(content=[], model="m")),
    ],
)
def test_reply_of_the_same_api_is_accepted_as_a_message(build: Build, reply: Any) -> None:
    spec = build(SETTINGS, {**CHATS[build], "messages": [HI, reply]})

    assert loads(spec.body.decode())["messages"][1]["role"] == "assistant"


@pytest.mark.parametrize(
    ("build", "given"),
    [
        (build_generate, {"token_ids": [1], "sampling_params": {}}),
        (build_rerank, {"query": "a", "documents": ["b"]}),
        (build_generative_scoring, {"query": "a", "items": ["b"], "label_token_ids": [1]}),
        (build_systemone, {"state": "a", "questions": {}}),
        (build_messages, {"model": "m", "messages": [HI], "max_tokens": 5}),
        (DETOKENIZE, {"tokens": [1]}),
        (build_response, {"input": "Hi"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_missing_required_option_is_rejected(build: Build, given: dict[str, Any]) -> None:
    build(SETTINGS, given)
    for name in given:
        with pytest.raises(RequestError, match=f"^{name}: missing, and the server has no default"):
            build(SETTINGS, {**given, name: None})


@pytest.mark.parametrize(
    ("build", "names"),
    [
        (build_embeddings, "input or messages"),
        (build_pooling, "input or messages"),
        (build_classify, "input or messages"),
        (build_embed_v2, "texts or images or inputs"),
        (build_score, "queries and documents, or text_1 and text_2"),
    ],
)
def test_one_of_several_is_required(build: Build, names: str) -> None:
    with pytest.raises(RequestError, match=f"^{names}: missing, and the server has no default"):
        build(SETTINGS, {})


@pytest.mark.parametrize(
    ("build", "given", "name"),
    [
        (LOAD_LORA_ADAPTER, {"lora_name": None, "lora_path": "p"}, "lora_name"),
        (LOAD_LORA_ADAPTER, {"lora_name": "n", "lora_path": None}, "lora_path"),
        (UNLOAD_LORA_ADAPTER, {"lora_name": None}, "lora_name"),
        (REGISTER_ADAPTER, {"name": "n", "src": None}, "src"),
        (UNREGISTER_ADAPTER, {"adapter_name": None}, "adapter_name"),
        (COLLECTIVE_RPC, {"method": None}, "method"),
        (SCALE_ELASTIC_EP, {"new_data_parallel_size": None}, "new_data_parallel_size"),
        (FAULT_TOLERANCE_APPLY, {"instruction": None}, "instruction"),
        (INIT_WEIGHT_TRANSFER_ENGINE, {"init_info": None}, "init_info"),
        (UPDATE_WEIGHTS, {"update_info": None}, "update_info"),
        (UPDATE_WEIGHT_VERSION, {"new_version": None}, "new_version"),
        (WEIGHT_CHECKER, {"action": None}, "action"),
        (ABORT_REQUESTS, {"request_ids": None}, "request_ids"),
    ],
)
def test_missing_required_option_of_a_command_is_rejected(
    build: Build, given: dict[str, Any], name: str
) -> None:
    with pytest.raises(RequestError, match=f"^{name}: missing, and the server has no default"):
        build(SETTINGS, given)


def test_single_id_is_accepted_instead_of_a_list() -> None:
    assert some_ids("a") == ["a"]
    assert some_ids(iter("ab")) == ["a", "b"]
    with pytest.raises(RequestError, match="request_ids: expected a list, got 5"):
        some_ids(5)
