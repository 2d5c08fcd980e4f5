"""Tokenize texts and chats, and detokenize."""

from tests.live.dialogues import HELLO
from tests.live.drivers import Driver


def test_tokens_equal_those_of_the_text(chat: Driver) -> None:
    tokens = chat.call(lambda client: client.tokenize(prompt="Say hello."))
    text = chat.call(lambda client: client.detokenize(tokens=tokens.tokens))

    assert tokens.count == len(tokens.tokens) > 1
    assert text == "Say hello."


def test_chat_has_the_tokens_of_its_prompt(chat: Driver) -> None:
    options = HELLO.options(thinking=True)
    tokens = chat.call(lambda client: client.tokenize(messages=options["messages"]))
    answer = chat.call(lambda client: client.chat.completions.create(**options))

    assert tokens.count == answer.usage.prompt_tokens
