"""The engine model in real time, alone and behind a simulated server."""

import asyncio
import socket
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from tests.testing.wire import ask, chat_request, connect
from vllm_client.bulk.gauges import Gauges, read_gauges
from vllm_client.testing import Engine, Reply, SimulatedVllm
from vllm_client.testing.engine.driver import EngineDriver, prefix_keys
from vllm_client.testing.request_checks import Refusal

QUICK = Engine(step_seconds=0.001, max_num_seqs=1)
PROMPT = ["a"] * 10


def in_loop(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 20))


class TestDriver:
    def test_tokens_come_step_by_step(self) -> None:
        async def main() -> None:
            run = EngineDriver(QUICK).begin([(PROMPT, 3)], "m")
            for tokens in (1, 2, 3):
                await run.token(0, tokens).happened()
                assert run.driver.core.generated(run.requests[0]) >= tokens
            assert run.requests[0].has_ended

        in_loop(main())

    def test_a_step_takes_its_time(self) -> None:
        async def main() -> None:
            loop = asyncio.get_running_loop()
            began = loop.time()
            run = EngineDriver(Engine(step_seconds=0.02)).begin([(PROMPT, 3)], "m")
            await run.whole().happened()
            assert loop.time() - began >= 0.06

        in_loop(main())

    def test_a_prompt_without_answer_ends_once_it_is_computed(self) -> None:
        async def main() -> None:
            run = EngineDriver(QUICK).begin([(PROMPT, 0)], "m")
            await run.whole().happened()
            assert run.requests[0].has_ended

        in_loop(main())

    def test_an_idle_engine_goes_on_with_the_next_request(self) -> None:
        async def main() -> None:
            driver = EngineDriver(QUICK)
            for _ in range(2):
                await driver.begin([(PROMPT, 2)], "m").whole().happened()
            assert driver.core.unfinished == 0

        in_loop(main())

    def test_an_aborted_request_makes_room_for_the_next_one(self) -> None:
        async def main() -> None:
            driver = EngineDriver(QUICK)
            endless, next_one = (driver.begin([(PROMPT, n)], "m") for n in (100_000, 1))
            await endless.token(0, 1).happened()
            client = asyncio.ensure_future(endless.whole().happened())
            await asyncio.sleep(0)
            client.cancel()
            endless.end()
            await next_one.whole().happened()
            assert driver.core.unfinished == 0

        in_loop(main())

    def test_no_step_begins_while_the_engine_is_held(self) -> None:
        async def main() -> None:
            driver = EngineDriver(QUICK)
            driver.hold(True)
            run = driver.begin([(PROMPT, 2)], "m")
            await asyncio.sleep(0.01)
            assert run.requests[0].started_at is None
            driver.hold(False)
            await run.whole().happened()

        in_loop(main())

    def test_an_answer_is_no_longer_than_the_cache_has_room_for(self) -> None:
        async def main() -> None:
            driver = EngineDriver(Engine(step_seconds=0.0001, kv_cache_tokens=32))
            run = driver.begin([(PROMPT, 1000)], "m")
            await run.whole().happened()
            assert driver.core.generated(run.requests[0]) == 22

        in_loop(main())

    def test_where_there_is_no_room_the_refusal_is_that_of_vllm(self) -> None:
        driver = EngineDriver(Engine(max_num_queued_reqs=2))
        driver.check_room(2)

        with pytest.raises(Refusal) as refused:
            driver.check_room(3)

        assert refused.value.code == 503
        assert "Please try again later or on a different instance." in refused.value.message


class TestPrefixKeys:
    @pytest.mark.parametrize(("tokens", "keys"), [(15, 0), (16, 1), (40, 2)])
    def test_each_full_block_has_a_key(self, tokens: int, keys: int) -> None:
        assert len(list(prefix_keys(["a"] * tokens, "model"))) == keys

    def test_keys_are_equal_up_to_the_first_token_that_differs(self) -> None:
        first = list(prefix_keys(["a"] * 48, "model"))
        second = list(prefix_keys(["a"] * 20 + ["b"] + ["a"] * 27, "model"))

        assert first[0] == second[0]
        assert not set(first[1:]) & set(second[1:])
        assert first[0] != first[1]

    def test_another_cache_has_other_keys(self) -> None:
        assert list(prefix_keys(["a"] * 16, "m")) != list(prefix_keys(["a"] * 16, "n"))


class TestServer:
    """A server with room for one running request, whose answers never end by themselves."""

    @pytest.fixture
    def server(self) -> Iterator[SimulatedVllm]:
        engine = Engine(step_seconds=0.001, max_num_seqs=1, max_num_queued_reqs=2)
        with SimulatedVllm(engine=engine) as server:
            yield server

    def begin(self, server: SimulatedVllm) -> socket.socket:
        """A request for an answer that takes half a minute; its client can leave."""
        server.reply(Reply(["a "] * 30_000))
        connection = connect(server)
        connection.sendall(chat_request(stream=True))
        return connection

    def gauges(self, server: SimulatedVllm) -> Gauges:
        found = read_gauges(ask(server, "GET", "/metrics").body.decode())
        assert found is not None
        return found

    def until(self, server: SimulatedVllm, running: int, waiting: int) -> Gauges:
        """Look at /metrics until this many run and wait."""
        while (found := self.gauges(server)) and (found.running, found.waiting) != (
            running,
            waiting,
        ):
            pass
        return found

    def test_metrics_show_running_and_waiting_requests(self, server: SimulatedVllm) -> None:
        with self.begin(server), self.begin(server):
            found = self.until(server, running=1, waiting=1)

            assert 0 < found.kv_cache_usage < 1
            assert found.process_start_time is not None

    def test_a_request_without_room_is_refused_as_vllm_does(self, server: SimulatedVllm) -> None:
        with self.begin(server), self.begin(server):
            self.until(server, running=1, waiting=1)
            server.reply("never said")

            answer = ask(server, "POST", "/v1/chat/completions", CHAT)

        assert answer.status == 503
        assert answer.json["error"] == {
            "message": "The engine is currently busy and cannot accept new requests. "
            "Please try again later or on a different instance.",
            "type": "Service Unavailable",
            "param": None,
            "code": 503,
        }
        assert server.replies_left == 1

    def test_a_client_that_leaves_makes_room(self, server: SimulatedVllm) -> None:
        with self.begin(server), self.begin(server):
            self.until(server, running=1, waiting=1)
        server.wait_until(lambda: server.running == 0, timeout=20)

        server.reply("Hello!")
        answer = ask(server, "POST", "/v1/chat/completions", CHAT)

        assert answer.json["choices"][0]["message"]["content"] == "Hello!"

    def test_plain_and_streamed_answers_are_whole(self, server: SimulatedVllm) -> None:
        server.reply(["one two", "three"], "one two")
        plain = ask(server, "POST", "/v1/chat/completions", {**CHAT, "n": 2})
        streamed = ask(server, "POST", "/v1/chat/completions", {**CHAT, "stream": True})

        assert [c["message"]["content"] for c in plain.json["choices"]] == ["one two", "three"]
        deltas = [event["choices"][0]["delta"].get("content") for event in streamed.events]
        assert "".join(filter(None, deltas)) == "one two"

    def test_embeddings_go_through_the_engine(self, server: SimulatedVllm) -> None:
        answer = ask(server, "POST", "/v1/embeddings", {"input": ["one two", "six"]})
        refused = ask(server, "POST", "/v1/embeddings", {"input": ["one"] * 3})

        assert (answer.status, refused.status) == (200, 503)
        page = ask(server, "GET", "/metrics").body.decode()
        assert 'prompt_tokens_total{engine="0",model_name="simulated"} 3.0' in page

    def test_equal_prompts_hit_the_prefix_cache(self, server: SimulatedVllm) -> None:
        for _ in range(2):
            ask(server, "POST", "/v1/completions", {"prompt": "word " * 64, "max_tokens": 1})

        page = ask(server, "GET", "/metrics").body.decode()
        assert 'prefix_cache_hits_total{engine="0",model_name="simulated"} 0.0' not in page

    def test_the_context_is_no_longer_than_the_cache(self) -> None:
        with SimulatedVllm(engine=Engine(kv_cache_tokens=64)) as server:
            answer = ask(server, "POST", "/v1/completions", {"prompt": "word " * 100})

            assert answer.status == 400
            assert ask(server, "GET", "/v1/models").json["data"][0]["max_model_len"] == 64

    def test_a_restarted_server_is_another_process(self, server: SimulatedVllm) -> None:
        before = self.gauges(server).process_start_time
        server.stop()
        server.start()

        assert self.gauges(server).process_start_time != before


CHAT = {"messages": [{"role": "user", "content": "Hi"}]}
