"""Test files that cover a module, from the contexts of a coverage run."""

import pytest

from tests.tools.coverage_by_test import ModuleCoverage, count_lines, file_of_context, own_test_file


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("errors.py", "test_errors.py"),
        ("api/chat/stream.py", "api/chat/test_stream.py"),
        ("_io/tls.py", "io/test_tls.py"),
    ],
)
def test_own_test_file_of_a_module(module: str, expected: str) -> None:
    assert own_test_file(module) == expected


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("tests/http/test_sse.py::test_a_comment", "http/test_sse.py"),
        ("tests/test_errors.py::TestPickle::test_round_trip", "test_errors.py"),
    ],
)
def test_context_contains_the_test_file(context: str, expected: str) -> None:
    assert file_of_context(context) == expected


def test_lines_are_counted_for_each_test_file_that_runs_them() -> None:
    contexts = {
        1: ["", "tests/http/test_sse.py::test_a"],
        2: ["tests/http/test_sse.py::test_a", "tests/http/test_sse.py::test_b"],
        3: ["tests/streams/test_plan.py::test_c"],
        4: [""],
    }
    counted = count_lines("http/sse.py", contexts)

    assert counted == ModuleCoverage(
        "http/sse.py", 3, {"http/test_sse.py": 2, "streams/test_plan.py": 1}
    )
    assert "66 % by its own tests" in str(counted)


def test_module_that_runs_only_on_import_has_no_test() -> None:
    assert str(count_lines("vllm/a.py", {1: [""]})).endswith("0 % by its own tests;  no test")
