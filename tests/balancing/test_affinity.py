"""Prefix keys of request bodies, and the server that a key prefers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from vllm_client.balancing import affinity
from vllm_client.balancing.affinity import (
    CUTS,
    MAX_BLOCKS,
    PrefixMemory,
    key_of,
    preferred,
    prefix_keys,
)

SYSTEM = {"role": "system", "content": "Be brief."}


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def _chat(*messages: dict[str, Any]) -> tuple[int, ...]:
    return prefix_keys({"model": "m", "messages": list(messages)})


def test_conversations_with_equal_first_messages_share_keys() -> None:
    one = _chat(SYSTEM, _user("a"), {"role": "assistant", "content": "b"})
    other = _chat(SYSTEM, _user("a"), _user("c"))

    assert len(one) == len(other) == 3
    assert one[:2] == other[:2]
    assert one[2] != other[2]


def test_key_covers_all_blocks_before_it() -> None:
    assert _chat(_user("a"), _user("c"))[1] != _chat(_user("b"), _user("c"))[1]


def test_role_and_parts_of_a_message_change_the_key() -> None:
    text = {"role": "user", "content": [{"type": "text", "text": "a"}]}

    assert _chat(_user("a")) != _chat({"role": "system", "content": "a"})
    assert _chat(text) == _chat({"role": "user", "content": [{"type": "text", "text": "a"}]})
    assert _chat(text) != _chat({"role": "user", "content": [{"type": "text", "text": "b"}]})


def test_only_the_first_blocks_and_the_start_of_each_message_are_hashed() -> None:
    long = "x" * 10_000_000
    image = {"type": "image_url", "image_url": {"url": long}}

    assert len(_chat(*[_user("a")] * 100)) == MAX_BLOCKS
    assert _chat(_user(long)) == _chat(_user(long + "y"))
    assert len(_chat({"role": "user", "content": [image, *[image] * 50]})) == len(CUTS)


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "x" * 1200},
        {"prompt": [7] * 1200},
        {"token_ids": list(range(1200))},
        {"input": "x" * 1200},
    ],
)
def test_a_text_or_token_ids_are_cut_into_blocks(fields: dict[str, Any]) -> None:
    (name,) = fields
    longer = {name: fields[name] + fields[name][:1]}

    assert len(prefix_keys(fields)) == 3
    assert prefix_keys(longer)[:2] == prefix_keys(fields)[:2]
    assert prefix_keys(longer)[2] != prefix_keys(fields)[2]


def test_single_message_prompts_about_one_document_share_keys() -> None:
    document = "word " * 300
    one, other = _chat(_user(f"{document}Who?")), _chat(_user(f"{document}Why?"))

    assert one[:2] == other[:2]
    assert one[2] != other[2]
    assert _chat(SYSTEM, _user(f"{document}Who?"))[:3] == _chat(SYSTEM, _user(document))[:3]


def test_instructions_come_before_the_conversation() -> None:
    keys = prefix_keys({"input": "Hi", "instructions": "Be brief."})

    assert len(keys) == 2
    assert keys[0] == prefix_keys({"input": "Ho", "instructions": "Be brief."})[0]
    assert len(prefix_keys({"messages": [_user("Hi")], "system": "Be brief."})) == 2


@pytest.mark.parametrize("fields", [None, {}, {"model": "m"}, {"messages": []}, {"input": 5}])
def test_a_body_without_a_prompt_has_no_keys(fields: dict[str, Any] | None) -> None:
    assert prefix_keys(fields) == ()


def test_lone_surrogate_is_hashed() -> None:
    assert len(_chat(_user("\ud800"))) == 1
    assert key_of("\ud800") > 0


def test_keys_spread_evenly_over_servers() -> None:
    seeds = [key_of(f"http://gpu{i}:8000/v1") for i in range(8)]

    counts = Counter(preferred(key_of(f"session {i}"), seeds) for i in range(8000))

    assert len(counts) == 8
    assert 800 < min(counts.values()) <= max(counts.values()) < 1200


def test_removing_a_server_moves_only_its_own_keys() -> None:
    seeds = [key_of(f"http://gpu{i}:8000/v1") for i in range(8)]
    keys = [key_of(f"session {i}") for i in range(2000)]
    before = [seeds[preferred(key, seeds)] for key in keys]

    fewer = seeds[:-1]
    after = [fewer[preferred(key, fewer)] for key in keys]

    moved = [old for old, new in zip(before, after, strict=True) if old != new]
    assert set(moved) == {seeds[-1]}


def test_longest_known_prefix_wins_and_first_block_is_not_remembered() -> None:
    memory = PrefixMemory()
    memory.remember((1, 2), "a")
    memory.remember((1, 2, 3), "b")

    assert memory.find((1, 2, 3, 4)) == "b"
    assert memory.find((1, 5)) is None


def test_server_has_nearly_all_blocks_if_only_the_last_is_new() -> None:
    memory = PrefixMemory()
    memory.remember((1, 2, 3), "a")

    assert memory.has_nearly_all((1, 2, 3), "a")
    assert memory.has_nearly_all((1, 2, 3, 4), "a")
    assert not memory.has_nearly_all((1, 2, 5, 6), "a")
    assert not memory.has_nearly_all((1, 2, 3), "b")


def test_forget_deletes_all_prefixes_of_a_server() -> None:
    memory = PrefixMemory()
    memory.remember((1, 2), "a")
    memory.remember((3, 4), "b")

    memory.forget("a")

    assert memory.find((1, 2)) is None
    assert memory.find((3, 4)) == "b"


def test_number_of_remembered_prefixes_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(affinity, "MAX_REMEMBERED", 10)
    memory = PrefixMemory()
    for key in range(100):
        memory.remember((0, key), "a")

    assert memory.find((0, 99)) == "a"
    assert memory.find((0, 89)) is None
