"""Two simulated servers in one process, as used to test programs with several servers."""

import json
import threading
from contextlib import suppress
from pathlib import Path

from tests.testing.wire import ask, chat, read_all, sent
from vllm_client import Servers, SyncVllmClient, user
from vllm_client.testing import Engine, Reply, SimulatedVllm

QUICK = Engine(step_seconds=0.001)
QUESTION = [user("Hi")]


def test_one_client_can_use_both_servers() -> None:
    with SimulatedVllm(dev_mode=True) as one, SimulatedVllm(dev_mode=True) as other:
        with SyncVllmClient(Servers({"one": one.base_url, "other": other.base_url})) as client:
            told = client.on_all_servers(lambda server: server.reset_prefix_cache())
            client.servers.drain("other")
            for _ in range(4):
                client.chat.completions.create(messages=QUESTION)
            client.servers.resume("other")
            client.servers.remove("one")
            client.chat.completions.create(messages=QUESTION)
            client.servers.add("one", one.base_url)
        chats = [[r.path for r in server.requests].count(CHAT) for server in (one, other)]
    assert list(told.values()) == [True, True]
    assert chats == [4, 1]


CHAT = "/v1/chat/completions"


def test_each_server_has_its_own_engine() -> None:
    with SimulatedVllm(engine=QUICK) as one, SimulatedVllm(engine=QUICK) as other:
        chat(one)
        pages = [ask(server, "GET", "/metrics").body.decode() for server in (one, other)]
    generated = [
        [line for line in p.splitlines() if "generation_tokens_total{" in line] for p in pages
    ]
    numbers = [float(lines[0].rpartition(" ")[2]) for lines in generated]
    assert (numbers[0] > 0, numbers[1]) == (True, 0)


def test_bulk_runs_on_both_servers_continue_while_one_restarts(tmp_path: Path) -> None:
    rows = [
        {
            "custom_id": f"row-{number}",
            "method": "POST",
            "url": CHAT,
            "body": {"messages": QUESTION, "max_tokens": 20},
        }
        for number in range(60)
    ]
    input = tmp_path / "in.jsonl"
    input.write_text("".join(json.dumps(row) + "\n" for row in rows))
    slow = Engine(step_seconds=0.002, max_num_seqs=8)
    with SimulatedVllm(engine=slow) as one, SimulatedVllm(engine=slow) as other:

        def run(server: SimulatedVllm, output: Path) -> None:
            with SyncVllmClient(server.base_url) as client:
                client.bulk(input, output)

        outputs = {server: tmp_path / f"{server.port}.jsonl" for server in (one, other)}
        runs = [threading.Thread(target=run, args=pair) for pair in outputs.items()]
        for each in runs:
            each.start()
        one.wait_until(lambda: len(one.requests) > 5, timeout=60)
        one.stop()
        one.start()
        for each in runs:
            each.join()
    for output in outputs.values():
        lines = [json.loads(line) for line in output.read_text().splitlines()]
        assert {line["custom_id"] for line in lines} == {row["custom_id"] for row in rows}
        assert {line["response"]["status_code"] for line in lines} == {200}


def test_server_with_an_engine_restarts_during_an_answer() -> None:
    with SimulatedVllm(engine=Engine(step_seconds=0.05)) as server:
        server.reply(Reply(["a"] * 5000))
        asking = threading.Thread(target=_ask_in_vain, args=(server,))
        asking.start()
        server.wait_until(lambda: server.running == 1)
        server.stop()
        asking.join()
        server.start()
        server.reply("back")
        assert chat(server).json["choices"][0]["message"]["content"] == "back"


def _ask_in_vain(server: SimulatedVllm) -> None:
    body = {"messages": QUESTION, "stream": True}
    with sent(server, "POST", CHAT, body) as connection, suppress(OSError):
        read_all(connection)
