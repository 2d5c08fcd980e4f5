"""Blocks of the KV cache, in use and cached."""

from hypothesis import given, strategies as st

from vllm_client.testing.engine.kv_blocks import KvBlocks


def test_usage_is_the_share_of_used_blocks() -> None:
    blocks = KvBlocks(8)

    blocks.take(2)

    assert blocks.usage == 0.25


def test_a_prefix_in_use_is_shared() -> None:
    blocks = KvBlocks(8)

    assert blocks.take_prefix("ab") == 0
    assert blocks.take_prefix("abc") == 2
    assert blocks.used == 3


def test_unused_prefix_stays_cached_and_counts_as_free() -> None:
    blocks = KvBlocks(8)
    blocks.take_prefix("ab")
    blocks.free_prefix("ab")
    assert blocks.used == 0

    assert blocks.take_prefix("ab") == 2
    assert blocks.used == 2


def test_hits_end_at_the_first_missing_block() -> None:
    blocks = KvBlocks(8)
    blocks.take_prefix("ac")

    assert blocks.take_prefix("abc") == 1


def test_cached_blocks_are_evicted_when_space_is_needed() -> None:
    blocks = KvBlocks(4)
    blocks.take_prefix("ab")
    blocks.free_prefix("ab")

    blocks.take(3)
    blocks.free(3)

    assert blocks.take_prefix("ab") == 1  # the last block of the prefix was evicted


def test_the_least_recently_used_prefix_is_evicted_first() -> None:
    blocks = KvBlocks(2)
    for prefix in ("a", "b", "a"):
        blocks.take_prefix(prefix)
        blocks.free_prefix(prefix)

    blocks.take(1)
    blocks.free(1)

    assert (blocks.take_prefix("a"), blocks.take_prefix("b")) == (1, 0)


def test_unused_blocks_of_a_prefix_need_space() -> None:
    blocks = KvBlocks(4)
    blocks.take_prefix("a")

    assert blocks.has_room(2, "ab")
    assert not blocks.has_room(3, "ab")


@given(st.lists(st.text("abc", max_size=3), max_size=8))
def test_all_blocks_are_freed(prefixes: list[str]) -> None:
    blocks = KvBlocks(4)
    for prefix in map("".join, map(dict.fromkeys, prefixes)):
        blocks.take_prefix(prefix)
        blocks.free_prefix(prefix)

    assert blocks.used == 0
    assert blocks.has_room(4, "")
