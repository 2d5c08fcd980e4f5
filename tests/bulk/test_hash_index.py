"""Sets and multimaps of 64-bit hashes, compared with Python's own."""

from collections import Counter, defaultdict

from hypothesis import given, settings, strategies as st

from vllm_client.bulk.hash_index import HashSet, HashTable, Occurrences

# Few distinct leading and trailing bits, so that hashes share buckets and some are equal.
HASHES = st.lists(
    st.builds(lambda top, low: (top << 60) + low, st.integers(0, 3), st.integers(0, 9))
)


@settings(deadline=None)
@given(HASHES)
def test_set_tells_which_hashes_are_new(hashes: list[int]) -> None:
    known: set[int] = set()
    found = HashSet()
    for value in hashes:
        assert found.add(value) is (value not in known)
        known.add(value)


@settings(deadline=None)
@given(HASHES)
def test_table_returns_the_numbers_of_a_hash_last_added_first(hashes: list[int]) -> None:
    known: defaultdict[int, list[int]] = defaultdict(list)
    table = HashTable()
    for number, value in enumerate(hashes):
        table.add(value, number)
        known[value].insert(0, number)

    for value in {*hashes, 5, 7 << 60}:
        assert table.latest_first(value) == known[value]
    assert bool(table) is bool(hashes)


@settings(deadline=None)
@given(HASHES)
def test_occurrences_are_counted(hashes: list[int]) -> None:
    counts: Counter[int] = Counter()
    occurrences = Occurrences()
    for value in hashes:
        counts[value] += 1
        assert occurrences.count(value) == counts[value]
    assert occurrences.any_repeated is any(count > 1 for count in counts.values())


def test_largest_64_bit_hash_is_stored() -> None:
    table = HashTable()
    table.add(2**64 - 1, 2**64 - 1)

    assert table.latest_first(2**64 - 1) == [2**64 - 1]
