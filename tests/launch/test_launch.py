"""Running servers during a `with` block."""

import asyncio
import os
import shutil
import signal
import socket
import threading
import time
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.launch.processes import all_pids, runs, wait_until
from vllm_client import AsyncVllmClient, RequestError, SyncVllmClient
from vllm_client.launch import LaunchError, launch
from vllm_client.launch.replica import Replica


def test_all_servers_are_ready_in_the_block_and_gone_after_it(pids: Path) -> None:
    with launch("m", replicas=2) as servers:
        for base_url in servers:
            with SyncVllmClient(base_url) as client:
                assert client.health()
        assert len(set(servers)) == 2
        started = all_pids(pids)
        assert len(started) == 4
        assert all(runs(pid) for pid in started)

    wait_until(lambda: not any(runs(pid) for pid in started))


def test_servers_run_during_an_async_block(pids: Path) -> None:
    async def use() -> None:
        async with launch("m") as servers, AsyncVllmClient(servers[0]) as client:
            assert await client.health()

    asyncio.run(use())
    wait_until(lambda: not any(runs(pid) for pid in all_pids(pids)))


def test_arguments_environment_and_devices_reach_the_servers(pids: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    args = ["--max-model-len", "8192", "-tp", "2"]
    with launch("m", replicas=2, args=args, env={"SETTING": "on"}, logs=logs):
        pass

    log = (logs / "server-1.log").read_text()
    assert "arguments: serve m --host 127.0.0.1 --port" in log
    assert "--max-model-len 8192 -tp 2" in log
    assert "devices: 2,3" in log
    assert "setting: on" in log


def test_ports_can_be_chosen(pids: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with launch("m", port=port) as servers:
        assert servers == [f"http://127.0.0.1:{port}/v1"]


def test_a_port_in_use_is_an_error_before_any_server_starts(pids: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        servers = launch("m", port=listener.getsockname()[1])
        with pytest.raises(LaunchError, match="in use"):
            servers.__enter__()

    assert all_pids(pids) == []


def test_a_killed_server_is_restarted_under_the_same_url(pids: Path) -> None:
    servers = launch("m", replicas=2)
    with servers as base_urls:
        killed, other = servers.pids
        os.killpg(killed, signal.SIGKILL)
        servers.restart(0)
        assert servers.base_urls == base_urls
        assert servers.pids[0] != killed
        assert servers.pids[1] == other
        with SyncVllmClient(base_urls[0]) as client:
            assert client.health()
        started = servers.pids

    wait_until(lambda: not any(runs(pid) for pid in started))


def test_a_running_server_is_ended_before_it_is_restarted(pids: Path) -> None:
    servers = launch("m")
    with servers:
        (first,) = servers.pids
        for number in (-1, 1):
            with pytest.raises(RequestError, match=f"no server {number} among 1"):
                servers.restart(number)
        assert runs(first)
        servers.restart(0)
        assert not runs(first)


def test_a_server_that_fails_to_restart_is_an_error(pids: Path, tmp_path: Path) -> None:
    servers = launch("m")
    with servers:
        (tmp_path / "bin" / "vllm").write_text("#!/bin/sh\necho no more memory\nexit 4\n")
        with pytest.raises(LaunchError, match=r"(?s)ended with status 4.*no more memory"):
            servers.restart(0)


def test_threads_that_restart_a_server_concurrently_find_the_last_one_ready(pids: Path) -> None:
    servers = launch("m")
    with servers as base_urls, ThreadPoolExecutor(2) as pool:
        assert list(pool.map(servers.restart, [0, 0])) == [None, None]
        with SyncVllmClient(base_urls[0]) as client:
            assert client.health()


def test_wait_does_not_treat_a_restart_as_an_end(
    pids: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers, waits = launch("m"), []
    original = Replica.restarted

    def restarted(replica: Replica) -> Replica:
        replica.ask_to_end()
        replica.wait()
        waits.append(pool.submit(servers.wait, 0.2))
        futures.wait(waits, timeout=0.1)
        return original(replica)

    monkeypatch.setattr(Replica, "restarted", restarted)
    with servers, ThreadPoolExecutor(1) as pool:
        servers.restart(0)
        assert waits[0].exception() is None


def test_all_servers_end_after_a_failed_restart(pids: Path, tmp_path: Path) -> None:
    servers = launch("m", replicas=2, logs=tmp_path / "logs")
    with servers:
        shutil.rmtree(tmp_path / "logs")
        with pytest.raises(LaunchError, match=r"logs: .*server-0\.log"):
            servers.restart(0)
        other = servers.pids[1]
        assert runs(other)
    assert not runs(other)


def test_servers_cannot_be_restarted_outside_of_the_block(pids: Path) -> None:
    with pytest.raises(RequestError, match="no server 0 among 0"):
        launch("m").restart(0)


def test_a_server_on_all_interfaces_is_reached_through_loopback(pids: Path) -> None:
    with launch("m", host="0.0.0.0") as servers:
        assert servers[0].startswith("http://127.0.0.1:")


def test_logs_that_cannot_be_written_are_an_error(pids: Path, tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    with pytest.raises(LaunchError, match=r"logs: .*exists"):
        launch("m", logs=tmp_path / "logs").__enter__()


def test_a_server_that_ends_is_an_error_with_the_end_of_its_log(pids: Path) -> None:
    with pytest.raises(LaunchError, match=r"(?s)ended with status 3.*no such model"):
        launch("m", env={"SETTING": "broken"}).__enter__()


def test_a_server_that_is_not_ready_in_time_is_an_error_and_ends(pids: Path) -> None:
    with pytest.raises(LaunchError, match=r"not ready after 0\.5 s"):
        launch("m", env={"SETTING": "silent"}, timeout=0.5).__enter__()

    wait_until(lambda: not any(runs(pid) for pid in all_pids(pids)))


def test_cancellation_ends_servers_that_are_not_ready(pids: Path) -> None:
    async def start_and_cancel() -> None:
        starting = asyncio.ensure_future(launch("m", env={"SETTING": "silent"}).__aenter__())
        await asyncio.to_thread(wait_until, lambda: bool(list(pids.glob("server-*"))))
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting

    asyncio.run(start_and_cancel())
    wait_until(lambda: not any(runs(pid) for pid in all_pids(pids)))


def test_wait_raises_when_a_server_ends(pids: Path) -> None:
    servers = launch("m")
    with servers:
        servers.wait(timeout=0.01)
        os.kill(servers.pids[0], signal.SIGKILL)
        with pytest.raises(LaunchError, match=r"ended with status 137 \(SIGKILL\)"):
            servers.wait(timeout=60)


def test_running_servers_cannot_be_started_again(pids: Path) -> None:
    servers = launch("m")
    with servers, pytest.raises(RequestError, match="running already"):
        servers.__enter__()


@pytest.mark.parametrize(
    ("keywords", "problem"),
    [
        ({"replicas": 0}, "replicas"),
        ({"args": ["-tp", "x"]}, "-tp"),
        ({"args": ["--port", "1"]}, "--port"),
        ({"port": 65_535, "replicas": 2}, "port: expected"),
        ({"env": {"CUDA_VISIBLE_DEVICES": "0"}, "replicas": 2}, "replica 1 needs 1 GPU"),
    ],
)
def test_invalid_arguments_are_rejected(
    pids: Path, keywords: dict[str, object], problem: str
) -> None:
    with pytest.raises(RequestError, match=problem):
        launch("m", **keywords)  # type: ignore[arg-type]


def test_the_block_ends_while_a_forked_child_runs(pids: Path) -> None:
    with launch("m"):
        child = os.fork()
        if child == 0:
            time.sleep(600)
            os._exit(0)
        try:
            started = all_pids(pids)
        except BaseException:
            os.kill(child, signal.SIGKILL)
            raise
        ending = threading.Timer(60, os.kill, (child, signal.SIGKILL))
        ending.daemon = True
        ending.start()

    ending.cancel()
    is_over = os.waitpid(child, os.WNOHANG) != (0, 0)
    if not is_over:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert not is_over, "the servers ended only once the child had"
    wait_until(lambda: not any(runs(pid) for pid in started))
