"""Tokenize, detokenize and count tokens."""

from collections.abc import Mapping
from typing import Any

from .. import body_shapes
from ..replies import ReceivedRequest
from ..request_checks import Refusal, check_conversation, check_model, read_json, read_shape
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from ..tokenizer import END_OF_TEXT, END_OF_TURN, chat_prompt, cut
from .messages import as_chat, refuse_message


def tokenize(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    body = read_shape(body_shapes.TOKENIZE, read_json(request))
    check_model(body, state.model_names, state.settings.served_models)
    tokens = cut(body["prompt"] if "prompt" in body else chat_prompt(_conversation(body)))
    return json_answer(
        {
            "count": len(tokens),
            "max_model_len": state.settings.max_model_len,
            "tokens": state.vocabulary.encode(tokens),
            "token_strs": list(tokens) if body.get("return_token_strs") else None,
        }
    )


def _conversation(body: Mapping[str, Any]) -> Any:
    check_conversation(body["messages"])
    return body["messages"]


def detokenize(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    body = read_shape(body_shapes.DETOKENIZE, read_json(request))
    check_model(body, state.model_names, state.settings.served_models)
    return json_answer({"prompt": state.vocabulary.decode(body["tokens"])})


def tokenizer_info(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer(
        {
            "tokenizer_class": "SimulatedTokenizer",
            "backend": "simulated",
            "bos_token": None,
            "clean_up_tokenization_spaces": False,
            "eos_token": END_OF_TURN,
            "extra_special_tokens": ["<|im_start|>", END_OF_TURN],
            "model_max_length": state.settings.max_model_len,
            "pad_token": END_OF_TEXT,
            "unk_token": None,
            "chat_template": _TEMPLATE,
        }
    )


# The template that `tokenizer.chat_prompt` implements.
_TEMPLATE = (
    "{%- for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}"
    "{{ '<|im_start|>assistant\\n' }}"
)


def count_tokens(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Return the number of prompt tokens that a Messages request would have."""
    body = read_shape(body_shapes.COUNT_TOKENS, read_json(request))
    try:
        check_model(body, state.model_names, state.settings.served_models)
        check_conversation(body["messages"])
    except Refusal as refusal:
        return refuse_message(refusal, state.settings.dialect)
    count = len(cut(chat_prompt(as_chat(body)["messages"])))
    told = {"input_tokens": count, "context_management": {"original_input_tokens": count}}
    return json_answer(told)
