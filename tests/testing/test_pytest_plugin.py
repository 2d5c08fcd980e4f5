"""The pytest fixtures, in a separate pytest run like that of a user's project."""

import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.launch.conftest import pids
from tests.launch.processes import all_pids, runs, wait_until
from vllm_client.testing import SimulatedVllm

__all__ = ["pids"]  # a fixture, used by name

USERS_TESTS = """
import urllib.request

def test_first(simulated_vllm):
    simulated_vllm.reply("never asked for")
    urllib.request.urlopen(simulated_vllm.base_url + "/models").close()
    assert len(simulated_vllm.requests) == 1

def test_each_test_has_a_fresh_one(simulated_vllm):
    assert (simulated_vllm.requests, simulated_vllm.replies_left) == ([], 0)
"""


CASSETTE_TESTS = """
import json, os, urllib.error, urllib.request
import pytest

def ask(url, prompt):
    body = json.dumps({"prompt": prompt}).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(url + "/completions", body, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["choices"][0]["text"]

class TestOne:
    @pytest.mark.parametrize("prompt", ["a/b", pytest.param("x", id="a" * 180)])
    def test_asks(self, vllm_cassette, prompt):
        assert prompt in ask(vllm_cassette.base_url, prompt)

def test_hides_errors(vllm_cassette):
    try:
        ask(vllm_cassette.base_url, os.environ.get("PROMPT", "x"))
    except urllib.error.HTTPError as error:
        error.close()
"""
CASSETTES = [
    "TestOne.test_asks[a_b]-*.jsonl",
    "TestOne.test_asks[aaaa*-*.jsonl",
    "test_hides_errors.jsonl",
]


# pytest's own plugin for testing plugins; it runs pytest in this process
pytest_plugins = ["pytester"]


SERVERS_TESTS = """
import os, urllib.request

def test_first(vllm_servers):
    for base_url in vllm_servers:
        urllib.request.urlopen(base_url + "/models").close()
    print("SERVERS", *vllm_servers)

def test_second_has_the_same(vllm_servers):
    print("SERVERS", *vllm_servers)
"""


@pytest.fixture
def run_tests(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., pytest.RunResult]:
    """Return a function that runs a module of tests with these options, as a user does."""
    # Otherwise the plugin would be loaded twice where this package is installed.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run_tests(tests: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_users=tests)
        plugin = ["-p", "vllm_client.testing.pytest_plugin"]
        return pytester.runpytest_inprocess("-q", *plugin, *options)

    return run_tests


RunTests = Callable[..., pytest.RunResult]


def test_each_test_gets_its_own_server(run_tests: RunTests) -> None:
    run_tests(USERS_TESTS).assert_outcomes(passed=2)


def test_a_cassette_is_recorded_once_and_then_replayed(
    server: SimulatedVllm, run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    once = ("--vllm-record=once", f"--vllm-base-url={server.base_url}")
    run_tests(CASSETTE_TESTS, *once).assert_outcomes(passed=3)
    cassettes = pytester.path / "cassettes" / "test_users"
    files = sorted(path.name for path in cassettes.iterdir())
    assert len(files) == 3
    assert all(map(fnmatchcase, files, [name.replace("[", "[[]") for name in CASSETTES]))
    assert len(server.requests) == 3

    run_tests(CASSETTE_TESTS, *once).assert_outcomes(passed=3)
    run_tests(CASSETTE_TESTS).assert_outcomes(passed=3)
    assert len(server.requests) == 3


def test_empty_cassette_is_recorded_again(server: SimulatedVllm, run_tests: RunTests) -> None:
    once = ("--vllm-record=once", f"--vllm-base-url={server.base_url}")
    run_tests("def test_hides_errors(vllm_cassette): assert 0", *once).assert_outcomes(failed=1)
    run_tests(CASSETTE_TESTS, "-k", "hides", *once).assert_outcomes(passed=1, deselected=2)
    assert len(server.requests) == 1


def test_all_cassettes_can_be_recorded_again(
    server: SimulatedVllm, run_tests: RunTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_BASE_URL", server.base_url)
    for _ in range(2):
        run_tests(CASSETTE_TESTS, "--vllm-record=all").assert_outcomes(passed=3)
    assert len(server.requests) == 6


def test_missing_cassette_fails_the_test(run_tests: RunTests) -> None:
    ran = run_tests(CASSETTE_TESTS)
    ran.assert_outcomes(errors=3)
    ran.stdout.fnmatch_lines(["*no cassette *: record it with --vllm-record=once"])


def test_unrecorded_request_fails_the_test(
    server: SimulatedVllm, run_tests: RunTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = ("-k", "hides", f"--vllm-base-url={server.base_url}")
    run_tests(CASSETTE_TESTS, "--vllm-record=once", *only)
    monkeypatch.setenv("PROMPT", "y")
    ran = run_tests(CASSETTE_TESTS, *only)
    ran.assert_outcomes(passed=1, errors=1, deselected=2)
    assert '$.prompt: recorded "x", requested "y"' in ran.stdout.str()


def test_recording_without_a_server_fails_the_test(
    run_tests: RunTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VLLM_BASE_URL", raising=False)
    ran = run_tests(CASSETTE_TESTS, "--vllm-record=once")
    ran.assert_outcomes(errors=3)
    ran.stdout.fnmatch_lines(["*no server to record: set --vllm-base-url or VLLM_BASE_URL"])


def served(ran: pytest.RunResult) -> list[list[str]]:
    """Return the base URLs that each test of SERVERS_TESTS has printed."""
    return [line.partition("SERVERS")[2].split() for line in ran.outlines if "SERVERS" in line]


def test_servers_are_started_once_per_session(run_tests: RunTests, pids: Path) -> None:
    options = ("--vllm-model=m", "--vllm-replicas=2", "--vllm-args=--dtype 'a b'", "-s")
    ran = run_tests(SERVERS_TESTS, *options)
    ran.assert_outcomes(passed=2)
    first, second = served(ran)
    assert first == second
    assert len(first) == 2
    started = all_pids(pids)
    assert len(started) == 4
    wait_until(lambda: not any(runs(pid) for pid in started))


def test_error_of_a_failed_start_has_the_servers_log(
    run_tests: RunTests, pids: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETTING", "broken")
    ran = run_tests(SERVERS_TESTS, "--vllm-model=m", "--vllm-args=--dtype 'a b'")
    ran.assert_outcomes(errors=2)
    ran.stdout.fnmatch_lines(["*arguments: serve m * --dtype a b", "*no such model"])


def test_running_servers_are_used(server: SimulatedVllm, run_tests: RunTests) -> None:
    ran = run_tests(SERVERS_TESTS, f"--vllm-base-url={server.base_url}, {server.base_url}", "-s")
    ran.assert_outcomes(passed=2)
    assert served(ran) == [[server.base_url] * 2] * 2


def test_without_a_model_and_a_server_tests_are_skipped(
    run_tests: RunTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VLLM_BASE_URL", raising=False)
    ran = run_tests(SERVERS_TESTS, "-rs")
    ran.assert_outcomes(skipped=2)
    ran.stdout.fnmatch_lines(["*no vLLM: set --vllm-model to start servers*"])


def test_the_plugin_loads_nothing_that_is_not_used() -> None:
    code = (
        "import sys, pytest, vllm_client.testing.pytest_plugin;"
        "print([m for m in ('attrs', 'h11', 'httpx', 'vllm_client.testing.server')"
        " if m in sys.modules])"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert output == "[]\n"
