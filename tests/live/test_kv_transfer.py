"""Output of a KV connector: `kv_transfer_params` of answers and of last chunks."""

from typing import Any

from tests.live.dialogues import HELLO
from tests.live.drivers import Driver

PARAMS = {"do_remote_decode": True, "remote_engine_id": "one"}
CHAT = HELLO.options(thinking=False) | {"kv_transfer_params": PARAMS}
PROMPT: dict[str, Any] = {"prompt": "a", "max_tokens": 3, "kv_transfer_params": PARAMS}
TOKENS: dict[str, Any] = {
    "token_ids": [1, 2, 3],
    "sampling_params": {"max_tokens": 3},
    "kv_transfer_params": PARAMS,
}
MESSAGE: dict[str, Any] = {
    "model": "tiny",
    "max_tokens": 3,
    "messages": [{"role": "user", "content": "a"}],
    "kv_transfer_params": PARAMS,
}


def test_chat_has_transfer_parameters_plain_and_streamed(chat_scale_out: Driver) -> None:
    plain = chat_scale_out.call(lambda client: client.chat.completions.create(**CHAT))
    heard = chat_scale_out.hear(lambda client: client.chat.completions.stream(**CHAT))
    chunks = chat_scale_out.read(lambda client: client.chat.completions.create(**CHAT, stream=True))

    assert plain.kv_transfer_params == heard.response.kv_transfer_params == PARAMS
    assert only_at_the_end(chunks)


def test_completion_has_transfer_parameters_plain_and_streamed(chat_scale_out: Driver) -> None:
    plain = chat_scale_out.call(lambda client: client.completions.create(**PROMPT))
    heard = chat_scale_out.hear(lambda client: client.completions.stream(**PROMPT))
    chunks = chat_scale_out.read(lambda client: client.completions.create(**PROMPT, stream=True))

    assert plain.kv_transfer_params == heard.response.kv_transfer_params == PARAMS
    assert only_at_the_end(chunks)


def test_other_plain_answers_have_transfer_parameters(chat_scale_out: Driver) -> None:
    for ask in (
        lambda client: client.inference.generate(**TOKENS),
        lambda client: client.responses.create(input="a", kv_transfer_params=PARAMS),
        lambda client: client.messages.create(**MESSAGE),
    ):
        assert chat_scale_out.call(ask).kv_transfer_params == PARAMS


def test_transfer_parameters_may_be_none(chat_scale_out: Driver) -> None:
    options = HELLO.options(thinking=False)
    plain = chat_scale_out.call(lambda client: client.chat.completions.create(**options))

    assert plain.kv_transfer_params is None


def only_at_the_end(chunks: list[Any]) -> bool:
    """Whether only the chunk with the finish reason has the parameters."""
    having = [chunk for chunk in chunks if chunk.kv_transfer_params is not None]
    (last,) = [c for c in chunks if any(choice.finish_reason for choice in c.choices)]
    return having == [last] and last.kv_transfer_params == PARAMS
