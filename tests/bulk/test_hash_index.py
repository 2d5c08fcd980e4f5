"""Sets and tables of 64-bit hashes, compared with those of Python."""

from collections import Counter, defaultdict

from hypothesis import given, settings, strategies as st

from vllm_client.bulk.hash_index import HashSet, HashTable, Occurrences

# Few leading and few trailing bits, so that buckets are shared and hashes are equal.
HASHES = st.lists(
    st.builds(lambda top, low: (top << 60) + low, st.integers(0, 3), st.integers(0, 9))
)


@settings(deadline=None)
@given(HASHES)
def test_a_set_says_which_hashes_are_new(hashes: list[int]) -> None:
    known: set[int] = set()
    found = HashSet()
    for value in hashes:
        assert found.add(value) is (value not in known)
        known.add(value)


@settings(deadline=None)
@given(HASHES)
def test_a_table_gives_the_numbers_of_a_hash_latest_first(hashes: list[int]) -> None:
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


def test_the_largest_hash_fits() -> None:
    table = HashTable()
    table.add(2**64 - 1, 2**64 - 1)

    assert table.latest_first(2**64 - 1) == [2**64 - 1]
