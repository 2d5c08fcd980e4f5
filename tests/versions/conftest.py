"""Servers of each version as fixtures, and the final table of features and versions."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.drivers import Driver, connect
from tests.live.servers import NoServer, OwnServer
from tests.versions.features import table
from tests.versions.servers import VERSIONS, Servers

HERE = Path(__file__).parent
_results: list[pytest.TestReport] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.versions)
    if len(ours) == len(items):  # group the tests by server, since one server runs at a time
        items.sort(key=_order)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.failed:
        _results.append(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed: dict[tuple[str, str], bool] = {}
    for report in _results:
        module = Path(report.fspath).stem
        parameters = set(re.split(r"[\[\]-]", report.nodeid))
        for version in parameters.intersection(VERSIONS):
            passed[module, version] = passed.get((module, version), True) and report.passed
    if passed:
        terminalreporter.write_line(table(passed))


def _order(item: pytest.Item) -> tuple[int, bool, bool]:
    """Sort by version, then chat before embeddings, and tests that kill a server last."""
    embeds = "embed" in getattr(item, "fixturenames", ())
    return _version(item), embeds, "dead_engine" in item.name


def _version(item: pytest.Item) -> int:
    called = getattr(item, "callspec", None)
    version = called.params.get("version") if called else None
    return VERSIONS.index(version) if version else -1


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    servers = Servers(tmp_path_factory.mktemp("models"))
    yield servers
    servers.stop()


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _server(servers: Servers, version: str, config: str) -> OwnServer:
    try:
        return servers.get(version, config)
    except NoServer as absence:
        pytest.skip(str(absence))


@pytest.fixture
def chat(version: str, servers: Servers) -> Iterator[Driver]:
    with connect("sync", _server(servers, version, "chat").address.base_url) as driver:
        yield driver


@pytest.fixture
def embed(version: str, servers: Servers) -> Iterator[Driver]:
    with connect("sync", _server(servers, version, "embed").address.base_url) as driver:
        yield driver
