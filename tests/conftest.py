"""Set the context of coverage to the running test."""

import sys

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    # Not dynamic_context = "test_function" of coverage itself: it looks at the names of functions,
    # misses those that Hypothesis wraps, and is slower.
    coverage = sys.modules.get("coverage")
    run = coverage.Coverage.current() if coverage else None
    if run is not None:
        run.switch_context(item.nodeid.partition("[")[0])
