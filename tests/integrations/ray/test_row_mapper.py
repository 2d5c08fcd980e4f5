"""Answers to the rows of pandas frames, as used by Dask and Spark."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.facades.row_server import RowServer
from vllm_client import AsyncVllmClient, RequestError, SyncVllmClient
from vllm_client.integrations.ray import RowMapper, row_mapper

pytestmark = pytest.mark.ray

BOUND = 30.0

Make = Callable[..., RowMapper]


def question(row: dict[str, Any]) -> str:
    return str(row["text"])


@pytest.fixture
def server() -> Iterator[RowServer]:
    with RowServer() as running:
        yield running


@pytest.fixture
def mapper(server: RowServer) -> Iterator[Make]:
    made = []

    def make(**keywords: Any) -> RowMapper:
        ask = SyncVllmClient(server.base_url).chat.completions.create()
        made.append(RowMapper(ask, **{"body": question, **keywords}))
        return made[-1]

    yield make
    for each in made:
        each.close()


def frame(*texts: str) -> Any:
    import pandas

    return pandas.DataFrame({"text": texts})


def test_a_frame_comes_back_with_answers(mapper: Make) -> None:
    made = mapper()(frame("a", "b"))

    assert list(made["answer"]) == ["re: a", "re: b"]
    assert list(made["completion_tokens"]) == [5, 5]
    assert made["error"].isna().all()


def test_an_empty_frame_gets_the_columns_without_a_request(server: RowServer, mapper: Make) -> None:
    made = mapper()(frame())

    assert list(made.columns)[:2] == ["text", "answer"]
    assert made.dtypes["prompt_tokens"] == "Int64"
    assert not server.visits


def test_rows_without_body_have_the_options_of_the_call(server: RowServer) -> None:
    ask = SyncVllmClient(server.base_url).completions.create()
    mapper = RowMapper(ask)

    made = mapper(frame("a").rename(columns={"text": "prompt"}).assign(max_tokens=7))

    assert list(made["answer"]) == ["re: a"]
    assert server.bodies == [{"prompt": "a", "max_tokens": 7}]
    mapper.close()


def test_an_iterator_of_frames_gives_frames_in_order(mapper: Make) -> None:
    made = list(mapper()(iter([frame("a"), frame(), frame("b", "c")])))

    assert [list(each["answer"]) for each in made] == [["re: a"], [], ["re: b", "re: c"]]


def test_later_frames_are_sent_before_the_first_is_finished(
    server: RowServer, mapper: Make
) -> None:
    """Spark's mapInPandas passes an iterator of frames."""
    second_has_come = threading.Event()

    def respond(text: str, visit: int) -> str:
        if text == "b":
            second_has_come.set()
        assert text != "a" or second_has_come.wait(BOUND)
        return text

    server.respond = respond

    made = list(mapper()(iter([frame("a"), frame("b")])))

    assert [list(each["answer"]) for each in made] == [["a"], ["b"]]


def test_the_number_of_frames_read_ahead_is_limited(
    server: RowServer, mapper: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_mapper, "MAX_ROWS_AHEAD", 2)
    may_answer = threading.Event()
    read: list[str] = []

    def frames() -> Iterator[Any]:
        for text in "abcdef":
            read.append(text)
            yield frame(text)

    def respond(text: str, visit: int) -> str:
        assert may_answer.wait(BOUND)
        return text

    server.respond = respond
    answers = mapper()(frames())
    consumer = threading.Thread(target=next, args=(answers,), daemon=True)
    consumer.start()
    server.wait_until(lambda: server.in_flight == 3)

    assert read == ["a", "b", "c"]
    may_answer.set()
    consumer.join(BOUND)
    assert [list(each["answer"]) for each in answers] == [["b"], ["c"], ["d"], ["e"], ["f"]]


def test_rows_are_answered_although_one_of_the_servers_is_killed(server: RowServer) -> None:
    with RowServer() as other:
        killed = threading.Event()

        def respond(text: str, visit: int) -> str:
            assert text != "row 30" or killed.wait(BOUND)
            return f"re: {text}"

        def kill() -> None:
            other.wait_until(lambda: len(other.visits) > 5)
            other.kill()
            killed.set()

        server.respond = other.respond = respond
        threading.Thread(target=kill, daemon=True).start()
        client = SyncVllmClient([server.base_url, other.base_url])
        made = RowMapper(client.chat.completions.create(), body=question)
        texts = [f"row {number}" for number in range(100)]

        answered = made(frame(*texts))

        assert list(answered["answer"]) == [f"re: {text}" for text in texts]
        assert answered["error"].isna().all()
        made.close()


def test_copies_from_pickles_share_one_run(server: RowServer, mapper: Make) -> None:
    original = mapper()
    copy = pickle.loads(pickle.dumps(original))

    assert list(copy(frame("a"))["answer"]) == ["re: a"]
    assert copy._run is original._run


def test_invalid_keywords_are_refused_at_construction(mapper: Make) -> None:
    with pytest.raises(RequestError, match="concurrency"):
        mapper(concurrency="many")
    with pytest.raises(RequestError, match="got an async one"):
        RowMapper(AsyncVllmClient("http://127.0.0.1:9/v1").chat.completions.create())


def test_dask_maps_its_partitions(server: RowServer, mapper: Make) -> None:
    import dask.dataframe

    texts = [f"row {number}" for number in range(40)]
    frames = dask.dataframe.from_pandas(frame(*texts), npartitions=4)
    made = mapper()

    answered = frames.map_partitions(made, meta=made(frames._meta)).compute(scheduler="threads")

    assert list(answered["answer"]) == [f"re: {text}" for text in texts]
    assert list(answered["text"]) == texts
    assert set(server.visits.values()) == {1}


def test_dask_maps_its_partitions_in_other_processes(server: RowServer, mapper: Make) -> None:
    import dask.dataframe

    frames = dask.dataframe.from_pandas(frame("a", "b", "c"), npartitions=2)
    made = mapper()

    answered = frames.map_partitions(made, meta=made(frames._meta))

    rows = answered.compute(scheduler="processes", num_workers=1)
    assert list(rows["answer"]) == ["re: a", "re: b", "re: c"]
