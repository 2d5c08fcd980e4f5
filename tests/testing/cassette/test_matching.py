"""Comparison of requests, and the report of the nearest one."""

from typing import Any

import pytest

from vllm_client.testing.cassette.matching import (
    MISSING,
    Difference,
    comparable,
    differences,
    key_of,
    nearest,
)


def request(body: Any = None, path: str = "/v1/x", method: str = "POST") -> dict[str, Any]:
    return {"method": method, "path": path, **({} if body is None else {"json": body})}


def equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return key_of(comparable(one)) == key_of(comparable(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (request({"a": 1, "b": 2}), request({"b": 2, "a": 1})),
        (request({"a": 0}), request({"a": 0.0})),
        (request({"a": 1, "request_id": "x"}), request({"a": 1})),
        (request(path="/x?a=1&b=%20"), request(path="/x?b=+&a=1")),
        (request() | {"headers": {"accept": "x"}}, request()),
        (
            request() | {"parts": [{"name": "a"}, {"name": "request_id", "content": "1"}]},
            request() | {"parts": [{"name": "a"}]},
        ),
    ],
)
def test_equal_requests(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert equal(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (request({"a": 1}), request({"a": True})),
        (request({"a": [1, 2]}), request({"a": [2, 1]})),
        (request({"a": {"request_id": "x"}}), request({"a": {}})),
        (request({"a": None}), request({})),
        (request(path="/x?a=1"), request(path="/x?a=2")),
        (request(path="/x?a=1&a=2"), request(path="/x?a=2")),
        (request(method="GET"), request(method="POST")),
        (request("text"), request() | {"text": "text"}),
    ],
)
def test_different_requests(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not equal(one, other)
    assert list(differences(comparable(one), comparable(other)))


def test_differences_have_the_path_of_each_key() -> None:
    recorded = {"$": {"messages": [{"content": "Hi"}], "seed": 7}}
    requested = {"$": {"messages": [{"content": "Ho"}, {}], "stream": True}}

    assert list(differences(recorded, requested)) == [
        Difference("$.messages[0].content", "Hi", "Ho"),
        Difference("$.messages[1]", MISSING, {}),
        Difference("$.stream", MISSING, True),
        Difference("$.seed", 7, MISSING),
    ]


def test_numbers_are_compared_by_value_and_true_is_not_a_number() -> None:
    assert list(differences([1, 0], [1.0, False])) == [Difference("[1]", 0, False)]


def test_nearest_request_has_the_same_path_and_the_fewest_differences() -> None:
    recorded = [
        request({"a": 1, "b": 1}),
        request({"a": 1, "b": 2}),
        request({"a": 9, "b": 9}, path="/v1/y"),
    ]
    wanted = comparable(request({"a": 1, "b": 3}, path="/v1/y"))

    found = nearest(wanted, [comparable(each) for each in recorded])

    assert found is not None
    assert found[0] == 2
    assert [difference.where for difference in found[1]] == ["$.a", "$.b"]


def test_empty_recording_has_no_nearest_request() -> None:
    assert nearest(comparable(request()), []) is None


def test_long_texts_are_shown_from_their_first_difference() -> None:
    text = str(Difference("$.a", "x" * 500 + "one", "x" * 500 + "two" + "y" * 500))
    assert 'recorded …"xxxxxxxxxxone"' in text
    assert 'requested …"xxxxxxxxxxtwoyyy' in text
    assert len(text) < 200


def test_missing_key_is_shown_as_nothing() -> None:
    assert str(Difference("$.seed", 7, MISSING)) == "$.seed: recorded 7, requested nothing"
