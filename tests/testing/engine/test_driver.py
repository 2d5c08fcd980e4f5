"""The engine model in real time, alone and in a simulated server."""

import asyncio
import re
import socket
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from tests.testing.recorded import load_further
from tests.testing.wire import ask, chat_request, connect, request_bytes
from vllm_client import SyncVllmClient
from vllm_client.bulk.gauges import Gauges, read_gauges
from vllm_client.testing import Engine, Reply, SimulatedVllm
from vllm_client.testing.engine.driver import EngineDriver, prefix_keys
from vllm_client.testing.request_checks import Refusal

QUICK = Engine(step_seconds=0.001, max_num_seqs=1)
PROMPT = ["a"] * 10


def in_loop(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 20))


class TestDriver:
    def test_tokens_are_generated_step_by_step(self) -> None:
        async def main() -> None:
            run = EngineDriver(QUICK).begin([(PROMPT, 3)], "m")
            for tokens in (1, 2, 3):
                await run.token(0, tokens).happened()
                assert run.driver.core.generated(run.requests[0]) >= tokens
            assert run.requests[0].has_ended

        in_loop(main())

    def test_step_takes_its_duration(self) -> None:
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

    def test_idle_engine_continues_with_the_next_request(self) -> None:
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

    def test_answer_is_limited_to_the_space_in_the_cache(self) -> None:
        async def main() -> None:
            driver = EngineDriver(Engine(step_seconds=0.0001, kv_cache_tokens=32))
            run = driver.begin([(PROMPT, 1000)], "m")
            await run.whole().happened()
            assert driver.core.generated(run.requests[0]) == 22

        in_loop(main())

    def test_full_engine_rejects_with_vllms_error(self) -> None:
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

    def test_keys_are_equal_up_to_the_first_different_token(self) -> None:
        first = list(prefix_keys(["a"] * 48, "model"))
        second = list(prefix_keys(["a"] * 20 + ["b"] + ["a"] * 27, "model"))

        assert first[0] == second[0]
        assert not set(first[1:]) & set(second[1:])
        assert first[0] != first[1]

    def test_different_caches_have_different_keys(self) -> None:
        assert list(prefix_keys(["a"] * 16, "m")) != list(prefix_keys(["a"] * 16, "n"))


class TestServer:
    """A server with room for one running request; its answers take very long."""

    @pytest.fixture
    def server(self) -> Iterator[SimulatedVllm]:
        engine = Engine(step_seconds=0.001, max_num_seqs=1, max_num_queued_reqs=2)
        with SimulatedVllm(engine=engine) as server:
            yield server

    def begin(self, server: SimulatedVllm) -> socket.socket:
        """Request an answer that takes half a minute, on a socket that can be closed early."""
        server.reply(Reply(["a "] * 30_000))
        connection = connect(server)
        connection.sendall(chat_request(stream=True))
        return connection

    def gauges(self, server: SimulatedVllm) -> Gauges:
        found = read_gauges(ask(server, "GET", "/metrics").body.decode())
        assert found is not None
        return found

    def until(self, server: SimulatedVllm, running: int, waiting: int) -> Gauges:
        """Read /metrics until `running` requests run and `waiting` requests wait."""
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

    def test_request_beyond_the_limit_gets_vllms_error(self, server: SimulatedVllm) -> None:
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

    def test_disconnect_frees_capacity(self, server: SimulatedVllm) -> None:
        with self.begin(server), self.begin(server):
            self.until(server, running=1, waiting=1)
        server.wait_until(lambda: server.running == 0, timeout=20)

        server.reply("Hello!")
        answer = ask(server, "POST", "/v1/chat/completions", CHAT)

        assert answer.json["choices"][0]["message"]["content"] == "Hello!"

    def test_plain_and_streamed_answers_are_complete(self, server: SimulatedVllm) -> None:
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

    def test_context_length_is_limited_by_the_cache(self) -> None:
        with SimulatedVllm(engine=Engine(kv_cache_tokens=64)) as server:
            answer = ask(server, "POST", "/v1/completions", {"prompt": "word " * 100})

            assert answer.status == 400
            assert ask(server, "GET", "/v1/models").json["data"][0]["max_model_len"] == 64

    def test_restarted_server_has_a_new_process_start_time(self, server: SimulatedVllm) -> None:
        before = self.gauges(server).process_start_time
        server.stop()
        server.start()

        assert self.gauges(server).process_start_time != before


CHAT = {"messages": [{"role": "user", "content": "Hi"}]}


class TestAborts:
    def test_abort_wakes_waiting_callers(self) -> None:
        async def main() -> None:
            run = EngineDriver(Engine(step_seconds=30)).begin([(PROMPT, 3)], "m")
            waiting = [asyncio.ensure_future(run.token(0, 3).happened()) for _ in range(2)]
            await asyncio.sleep(0)
            run.end()
            await asyncio.gather(*waiting)
            assert (run.has_ended, run.driver.core.unfinished) == (False, 0)

        in_loop(main())

    def test_several_callers_can_wait_for_one_request(self) -> None:
        async def main() -> None:
            run = EngineDriver(QUICK).begin([(PROMPT, 3)], "m")
            await asyncio.gather(*(run.token(0, tokens).happened() for tokens in (1, 3, 3)))
            await run.whole().happened()
            assert (run.has_ended, run.generated(0)) == (True, 3)

        in_loop(main())


LONG = " word" * 100
USAGE = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": LONG}]},
    "/v1/completions": {"prompt": LONG},
    "/v1/responses": {"input": LONG},
    "/v1/messages": {
        "model": "simulated",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": LONG}],
    },
}


def cached_of(usage: Any) -> list[int | None]:
    """Return the cached and the created cache tokens, under the names of each family."""
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or usage
    names = [
        ("cached_tokens", "cache_read_input_tokens"),
        ("created_cache_tokens", "cache_write_tokens", "cache_creation_input_tokens"),
    ]
    return [next((details[n] for n in some if n in details), None) for some in names]


RECORDED = {
    "/v1/chat/completions": "cached_chat",
    "/v1/completions": "cached_completion",
    "/v1/responses": "cached_responses",
    "/v1/messages": "cached_messages",
}


class TestUsage:
    @pytest.mark.parametrize("path", USAGE)
    def test_usage_has_the_tokens_found_in_the_prefix_cache(self, path: str) -> None:
        with SimulatedVllm(engine=QUICK) as server:
            first, again = (ask(server, "POST", path, USAGE[path]).json["usage"] for _ in range(2))
        real = [
            cached_of(
                load_further("chat-scale-out", f"{RECORDED[path]}_{time}.plain").json["usage"]
            )
            for time in ("first", "again")
        ]
        ours = [cached_of(first), cached_of(again)]
        assert [[bool(count) for count in one] for one in ours] == [
            [bool(count) for count in one] for one in real
        ]
        assert [[count is None for count in one] for one in ours] == [
            [count is None for count in one] for one in real
        ]
        assert ours[1][0] in (None, ours[0][1], 96)

    def test_cached_tokens_of_a_message_are_not_among_its_input_tokens(self) -> None:
        with SimulatedVllm(engine=QUICK) as server:
            alone = ask(server, "POST", "/v1/messages/count_tokens", USAGE["/v1/messages"]).json
            usage = ask(server, "POST", "/v1/messages", USAGE["/v1/messages"]).json["usage"]
        parts = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        assert sum(usage[name] for name in parts) == alone["input_tokens"]

    @pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions"])
    def test_a_stream_reports_the_same_cached_tokens(self, path: str) -> None:
        body = {**USAGE[path], "stream": True, "stream_options": {"include_usage": True}}
        with SimulatedVllm(engine=QUICK) as server:
            plain = [ask(server, "POST", path, USAGE[path]).json["usage"] for _ in range(2)]
            streamed = ask(server, "POST", path, body).events[-1]["usage"]
        assert cached_of(streamed)[0] == cached_of(plain[1])[0] == 96 + 16 * (len(path) > 20)

    def test_without_an_engine_nothing_is_cached(self) -> None:
        with SimulatedVllm() as server:
            usages = [ask(server, "POST", p, b).json["usage"] for p, b in USAGE.items()]
        assert not any(count for usage in usages for count in cached_of(usage))


class TestBackground:
    """Background responses go through the engine, even without a connected client."""

    def create(self, server: SimulatedVllm, **options: Any) -> Any:
        body = {"input": "Hi", "background": True, **options}
        return ask(server, "POST", "/v1/responses", body)

    def test_a_background_response_is_queued_until_the_engine_is_done(self) -> None:
        engine = Engine(step_seconds=0.001, max_num_seqs=1)
        with (
            SimulatedVllm(engine=engine, response_store=True) as server,
            SyncVllmClient(server.base_url) as client,
            connect(server) as other,
        ):
            server.reply(Reply(["a"] * 20_000), Reply(["b"] * 5))
            other.sendall(chat_request(stream=True))
            server.wait_until(lambda: server.running == 1)
            id = self.create(server).json["id"]
            assert client.responses.retrieve(id).status == "queued"
            other.close()
            while client.responses.retrieve(id).status == "queued":
                pass
            assert client.responses.retrieve(id).output_text == "bbbbb"

    def test_cancelled_response_is_removed_from_the_engine(self) -> None:
        with (
            SimulatedVllm(engine=Engine(step_seconds=0.05), response_store=True) as server,
            SyncVllmClient(server.base_url) as client,
        ):
            server.reply(Reply(["a"] * 3000))
            id = self.create(server).json["id"]
            assert client.responses.cancel(id).status == "cancelled"
            server.reply("next")
            assert client.responses.create(input="Hi").output_text == "next"
            assert client.metrics().value("vllm:num_requests_running") == 0

    def test_full_engine_rejects_a_background_response(self) -> None:
        engine = Engine(max_num_queued_reqs=1, step_seconds=0.1)
        with SimulatedVllm(engine=engine, response_store=True) as server:
            server.reply(Reply(["a"] * 3000))
            assert self.create(server).status == 200
            assert self.create(server).status == 503

    def test_background_events_have_several_readers_and_outlive_the_first(self) -> None:
        with SimulatedVllm(engine=Engine(step_seconds=0.02), response_store=True) as server:
            server.reply(Reply(["a"] * 5))
            body = {"input": "Hi", "background": True, "stream": True}
            with connect(server) as connection:
                connection.sendall(request_bytes("POST", "/v1/responses", body))
                head = connection.recv(65536)
                while b"resp_" not in head:
                    head += connection.recv(65536)
            id = re.search(rb"resp_[0-9a-f]+", head)[0].decode()  # type: ignore[index]  # found
            path = f"/v1/responses/{id}?stream=true"
            whole = ask(server, "GET", path)
            rest = ask(server, "GET", f"{path}&starting_after=2")
        assert b"response.completed" in whole.chunks[-1]
        assert rest.chunks == whole.chunks[3:]
