"""Fields that vLLM's version ignores, and the client's warnings about them."""

from typing import Any

import pytest

from tests.live.conftest import AddressOf
from tests.live.dialogues import HELLO
from tests.live.drivers import Driver, connect
from vllm_client import IgnoredByServerWarning, RequestError

GUIDED: dict[str, Any] = {"extra_body": {"guided_choice": ["yes", "no"]}}


def ask(driver: Driver, **options: Any) -> Any:
    asked = {**HELLO.options(thinking=False), "temperature": 0, **options}
    return driver.call(lambda client: client.chat.completions.create(**asked))


def test_fields_reported_as_ignored_are_ignored(chat: Driver) -> None:
    with pytest.warns(IgnoredByServerWarning, match=r"send structured_outputs=.*choice"):
        ignored = ask(chat, **GUIDED)

    assert ignored.content == ask(chat).content
    assert ask(chat, structured_outputs={"choice": ["yes", "no"]}).content in ("yes", "no")


def test_old_reasoning_field_works_and_is_deprecated(chat: Driver) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turn = {"role": "assistant", "content": "", "tool_calls": [call]}
    result = {"role": "tool", "content": "1", "tool_call_id": "a"}
    ends = [{"role": "user", "content": "Hi"}], [result]

    def prompt_tokens(message: dict[str, Any]) -> int:
        answer = ask(chat, messages=[*ends[0], message, *ends[1]], max_tokens=1)
        return int(answer.usage.prompt_tokens)

    with pytest.warns(IgnoredByServerWarning, match=r"deprecated.*messages\[1\]"):
        old = prompt_tokens({**turn, "reasoning_content": "I wonder."})
    assert old == prompt_tokens({**turn, "reasoning": "I wonder."}) > prompt_tokens(turn)


def test_strict_client_rejects_ignored_fields(facade: str, address_of: AddressOf) -> None:
    address = address_of("chat")
    with (
        connect(facade, address.base_url, strict=True) as driver,
        pytest.raises(RequestError, match="guided_choice"),
    ):
        ask(driver, **GUIDED)
