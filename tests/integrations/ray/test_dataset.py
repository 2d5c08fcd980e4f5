"""Datasets and actors of a real Ray, which listens on the loopback only."""

from __future__ import annotations

import os
import signal
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.facades.row_server import RowServer
from tests.integrations.ray.conftest import RAY_ENVIRONMENT
from vllm_client import RequestError, SyncVllmClient
from vllm_client.integrations.ray import RowMapper, map_dataset

pytestmark = [
    pytest.mark.ray,
    # warnings of Ray and its dependencies
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROWS = 2000
BOUND = 60.0


@pytest.fixture
def _no_socket_is_left_open() -> None:
    """Replace the check for open sockets of other folders: Ray keeps its sockets open."""


@pytest.fixture(scope="module")
def data() -> Iterator[Any]:
    """Return ray.data, on a cluster with two CPUs."""
    os.environ |= RAY_ENVIRONMENT
    import ray
    import ray.data

    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=100 * 2**20,
        log_to_driver=False,
        _node_ip_address="127.0.0.1",
    )
    yield ray.data
    ray.shutdown()


@pytest.fixture
def servers() -> Iterator[list[RowServer]]:
    with RowServer() as one, RowServer() as other:
        yield [one, other]


@pytest.fixture
def server(servers: list[RowServer]) -> RowServer:
    return servers[0]


def ask(*servers: RowServer) -> Any:
    urls = [server.base_url for server in servers]
    return SyncVllmClient(urls if len(urls) > 1 else urls[0]).chat.completions.create()


def numbered(row: dict[str, Any]) -> str:
    """Return the text of a row and the id of the process that sends it."""
    return f"{row['id']} {os.getpid()}"


def senders(servers: list[RowServer]) -> dict[int, list[int]]:
    """Return the processes that sent each row, in order."""
    found = defaultdict(list)
    for server in servers:
        for text in list(server.visits):
            row, process = map(int, text.split())
            found[row] += [process] * server.visits[text]
    return found


def assert_every_row_is_right(rows: list[dict[str, Any]], count: int = ROWS) -> None:
    assert [row["id"] for row in rows] == list(range(count))
    assert [row["answer"].split()[:2] for row in rows] == [["re:", str(n)] for n in range(count)]
    assert {row["error"] for row in rows} == {None}


def test_rows_come_back_once_and_in_order_from_two_actors_and_two_servers(
    data: Any, servers: list[RowServer]
) -> None:
    answered = map_dataset(data.range(ROWS), ask(*servers), body=numbered, actors=2)

    assert_every_row_is_right(answered.take_all())
    sent = senders(servers)
    assert {len(processes) for processes in sent.values()} == {1}
    assert len({process for (process,) in sent.values()}) == 2
    assert all(server.visits for server in servers)


class Gate:
    """Hold back a range of rows until it is opened; the first of them sets `reached`."""

    def __init__(self, rows: range) -> None:
        self._rows = rows
        self.reached = threading.Event()
        self.opened = threading.Event()

    def respond(self, text: str, visit: int) -> str:
        if int(text.split(maxsplit=1)[0]) in self._rows:
            self.reached.set()
            assert self.opened.wait(BOUND)
        return f"re: {text}"

    def then(self, act: Callable[[], None]) -> threading.Thread:
        """Call a function once `reached` is set, then open the gate."""

        def run() -> None:
            assert self.reached.wait(BOUND)
            act()
            self.opened.set()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread


def test_only_the_rows_of_a_dead_actor_and_a_dead_server_are_sent_again(
    data: Any, servers: list[RowServer]
) -> None:
    gate = Gate(range(900, 905))
    alive, killed = servers
    alive.respond = killed.respond = gate.respond
    dead: list[int] = []

    def kill_an_actor_and_a_server() -> None:
        sent = senders(servers)
        dead.extend(next(sent[row] for row in range(900, 905) if row in sent))
        os.kill(dead[0], signal.SIGKILL)
        gate.opened.set()  # because the server waits for its threads
        killed.kill()

    killer = gate.then(kill_an_actor_and_a_server)
    answered = map_dataset(data.range(ROWS), ask(*servers), body=numbered, actors=2, batch_size=100)

    assert_every_row_is_right(answered.take_all())
    killer.join(BOUND)
    assert alive.visits
    assert killed.visits
    again = {row: sent for row, sent in senders(servers).items() if len(sent) > 1}
    by_another = {row for row, sent in again.items() if len(set(sent)) > 1}
    assert by_another
    assert len(by_another) < ROWS / 2
    assert all(dead[0] in again[row] for row in by_another)
    lost = {int(text.split()[0]) for text in killed.visits}
    assert again.keys() - by_another <= lost


def test_no_row_is_lost_when_a_server_is_killed_and_restarted(data: Any, server: RowServer) -> None:
    gate = Gate(range(900, 905))
    server.respond = gate.respond

    def restart() -> None:
        gate.opened.set()
        server.kill()
        server.start()

    gate.then(restart)
    answered = map_dataset(data.range(ROWS), ask(server), body=numbered, actors=2)

    assert_every_row_is_right(answered.take_all())


def test_a_slow_consumer_slows_the_requests(data: Any, server: RowServer) -> None:
    """Requests stop when the memory limit of the dataset is reached."""
    wide = data.range(ROWS).map(lambda row: {**row, "bytes": b"x" * 2**14})
    wide.context.execution_options.resource_limits = data.ExecutionResources(
        object_store_memory=8 * 2**20
    )
    answered = map_dataset(wide, ask(server), body=numbered, actors=2, batch_size=20)
    batches = iter(answered.iter_batches(batch_size=20, batch_format="pandas", prefetch_batches=0))

    rows = next(batches).to_dict("records")
    settled = -1
    while settled != len(server.bodies):  # without a reader the requests stop
        settled = len(server.bodies)
        threading.Event().wait(2.0)
    assert settled < ROWS
    for batch in batches:
        rows += batch.to_dict("records")
    assert_every_row_is_right(rows)


def test_failed_rows_have_their_error_in_columns(data: Any, server: RowServer) -> None:
    server.respond = lambda text, visit: 400 if text.startswith("3 ") else f"re: {text}"

    rows = map_dataset(data.range(6), ask(server), body=numbered).take_all()

    assert [row["error_type"] for row in rows] == [None] * 3 + ["400 Error"] + [None] * 2
    assert rows[3]["answer"] is None


def test_an_error_that_every_row_would_meet_ends_the_dataset(data: Any, server: RowServer) -> None:
    import ray.exceptions

    server.respond = lambda text, visit: 401
    with pytest.raises(ray.exceptions.RayTaskError, match="AuthenticationError"):
        map_dataset(data.range(6), ask(server), body=numbered).take_all()


def test_files_of_rows_without_any_error_are_read_together(
    data: Any, server: RowServer, tmp_path: Any
) -> None:
    server.respond = lambda text, visit: 400 if text.startswith("9 ") else f"re: {text}"
    answered = map_dataset(data.range(10), ask(server), body=numbered, batch_size=5)
    answered.write_parquet(f"local://{tmp_path}")

    import pyarrow.parquet

    table = pyarrow.parquet.read_table(tmp_path)
    assert len(table) == 10
    assert str(table.schema.field("error").type) == "string"


@pytest.mark.parametrize("batch_format", ["default", "pandas", "pyarrow"])
def test_row_mapper_works_with_map_batches(data: Any, server: RowServer, batch_format: str) -> None:
    answered = data.range(20).map_batches(
        RowMapper,
        fn_constructor_args=(ask(server),),
        fn_constructor_kwargs={"body": numbered},
        batch_format=batch_format,
        compute=data.ActorPoolStrategy(size=1),
        num_cpus=0.1,
    )

    assert sorted(row["id"] for row in answered.take_all()) == list(range(20))


def test_invalid_keywords_are_refused_before_any_actor_starts(server: RowServer) -> None:
    with pytest.raises(RequestError, match="max_error"):
        map_dataset(None, ask(server), body=numbered, max_error=1)  # type: ignore[call-arg]
    with pytest.raises(RequestError, match="batch_size"):
        map_dataset(None, ask(server), body=numbered, batch_size=0)
