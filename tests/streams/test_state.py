"""The base classes of the state machines."""

from typing import Any

import attrs
import pytest

from vllm_client.call.retry import is_retryable
from vllm_client.codec.answer import Answer
from vllm_client.errors import ApiError, HttpError, IoError, ParseError, StreamError, VllmError
from vllm_client.http.sse import ErrorData
from vllm_client.streams.state import EventMachine, StreamMachine, event_of, payload_of

ERROR = '{"error": {"message": "dead", "code": 500}}'


@attrs.frozen(repr=False)
class Word(Answer):
    text: str


class WordMachine(EventMachine[str, list[str]]):
    """Converts words to their texts; complete after a full stop; rejects the word "!"."""

    protocol = "chat"
    event_class = Word

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def partial(self) -> list[str]:
        return self.words.copy()

    def _add(self, event: Word) -> list[str]:
        if event.text == "!":
            raise ParseError("too loud")
        self.begun = True
        self.words.append(event.text)
        return [event.text]

    def _is_finished(self) -> bool:
        return self.words[-1:] == ["."]

    def _close(self) -> list[Any]:
        return [*super()._close(), "held back"]

    def _items_of_end(self) -> list[Any]:
        return ["complete"]

    def _items_of_error(self, error: VllmError) -> list[Any]:
        return [error]


class EchoMachine(StreamMachine[bytes, None]):
    """A minimal state machine."""

    protocol = "raw"

    def receive(self, texts: list[bytes]) -> list[bytes]:
        return texts

    def partial(self) -> None:
        return None


def word(text: str) -> str:
    return f'{{"text": "{text}"}}'


def test_a_new_machine_has_neither_begun_nor_ended() -> None:
    machine = WordMachine()

    assert (machine.begun, machine.over, machine.error) == (False, False, None)
    assert machine.partial() == []


def test_items_of_several_events_are_returned_in_order() -> None:
    machine = WordMachine()

    assert machine.receive([word("a"), word("b")]) == ["a", "b"]
    assert (machine.begun, machine.over) == (True, False)
    assert machine.partial() == ["a", "b"]


@pytest.mark.parametrize("done", [["[DONE]"], [" [DONE]\r"], []])
def test_at_its_end_a_machine_returns_held_back_text_and_completion(
    done: list[str],
) -> None:
    machine = WordMachine()
    items = machine.receive([word("."), *done]) + machine.end()

    assert items == [".", "held back", "complete"]
    assert (machine.over, machine.error) == (True, None)


def test_the_error_of_a_machine_that_ends_early_names_the_missing_part() -> None:
    machine = WordMachine()
    *items, error = machine.receive([word("a"), "[DONE]"])

    assert items == ["a", "held back"]
    assert error is machine.error
    assert error.message == (
        "the stream ended before every choice had its finish_reason, although [DONE] arrived"
    )
    assert error.partial == ["a"]


def test_a_machine_that_is_over_returns_no_items() -> None:
    machine = WordMachine()
    machine.receive([word("."), "[DONE]"])

    assert machine.receive([word("a"), "[DONE]", "no JSON", ERROR]) == []
    assert machine.end() == []
    assert machine.fail(StreamError("late")) == []
    assert machine.lose_connection(IoError("late")) == []
    assert (machine.error, machine.partial()) == (None, ["."])


def test_an_error_event_before_the_first_item_is_an_api_error() -> None:
    machine = WordMachine()
    machine.receive([ERROR, word("a")])

    assert isinstance(machine.error, ApiError)
    assert (machine.begun, machine.over) == (False, True)


def test_a_later_error_event_is_a_stream_error_with_the_partial_response() -> None:
    machine = WordMachine()
    machine.receive([word("a"), ERROR, word("b")])

    assert isinstance(machine.error, StreamError)
    assert machine.error.partial == machine.partial() == ["a"]


def test_an_event_rejected_by_a_machine_breaks_the_stream() -> None:
    machine = WordMachine()
    machine.receive([word("!")])

    assert isinstance(machine.error, ParseError)
    assert machine.over


@pytest.mark.parametrize("text", ["", "null"])
def test_an_empty_event_is_skipped(text: str) -> None:
    machine = WordMachine()

    assert machine.receive([text, word("a"), text, word("."), "[DONE]"])[:2] == ["a", "."]
    assert machine.error is None


def test_an_empty_error_event_is_an_error() -> None:
    machine = WordMachine()
    machine.receive([ErrorData("")])

    assert isinstance(machine.error, ApiError)


@pytest.mark.parametrize("text", ["no JSON", "[1]", '{"text": 1}', "{}"])
def test_data_that_are_not_an_event_break_the_stream(text: str) -> None:
    machine = WordMachine()
    machine.receive([text])

    assert isinstance(machine.error, ParseError)
    assert machine.error.body == text


def test_a_lost_connection_is_a_stream_error() -> None:
    machine = WordMachine()
    items = machine.lose_connection(IoError("reset"))

    assert items == ["held back", machine.error]
    assert isinstance(machine.error, StreamError)
    assert isinstance(machine.error.__cause__, IoError)
    assert is_retryable(machine.error)


def test_an_http_error_before_the_first_item_is_unchanged() -> None:
    machine, error = WordMachine(), HttpError("garbage")
    machine.lose_connection(error)

    assert machine.error is error


def test_the_base_machine_ends_without_items() -> None:
    machine = EchoMachine()

    assert machine.receive([b"a"]) == [b"a"]
    assert machine.end() == []
    assert (machine.over, machine.error) == (True, None)


def test_the_base_machine_breaks_without_items() -> None:
    machine, error = EchoMachine(), StreamError("cut")

    assert machine.fail(error) == []
    assert (machine.over, machine.error) == (True, error)


# The data of an event.


def test_the_payload_of_an_event_is_its_json() -> None:
    assert payload_of('{"a": [1]}') == ({"a": [1]}, None)
    assert payload_of("[1]") == ([1], None)


def test_the_payload_of_an_error_event_is_returned_with_the_error() -> None:
    payload, error = payload_of(ERROR)

    assert payload == {"error": {"message": "dead", "code": 500}}
    assert error is not None
    assert (error.message, error.code) == ("dead", 500)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_a_payload_that_is_not_json_is_a_parse_error(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        payload_of(text)

    assert caught.value.where == "$"
    assert text.startswith(caught.value.body[:100])
    assert caught.value.__cause__ is not None


def test_an_event_is_made_from_its_payload() -> None:
    assert event_of({"text": "a", "more": 1}, Word, "") == Word("a", unknown_fields={"more": 1})


def test_a_payload_that_is_not_an_event_is_a_parse_error_with_a_path() -> None:
    with pytest.raises(ParseError) as caught:
        event_of({"text": 1}, Word, "as it came")

    assert caught.value.where == "$.text"
    assert caught.value.body == "as it came"
