"""The tree of errors: base classes, attributes and pickles."""

import copy
import inspect
import json
import pickle
from typing import Any

import pytest

import vllm_client
from vllm_client import errors
from vllm_client.api.chat.answers import ChatCompletionResponse, Choice, Message
from vllm_client.call.retry import is_retryable
from vllm_client.errors import (
    MAX_TEXT,
    AnswerError,
    ApiError,
    BulkError,
    BulkFileError,
    HttpError,
    IoError,
    IoTimeout,
    ParseError,
    RequestError,
    StreamError,
    StreamTimeout,
    ToolRoundsError,
    VllmError,
    shortened,
)
from vllm_client.launch import LaunchError
from vllm_client.status_errors import STATUS_ERRORS, status_error


def api_error() -> ApiError:
    error = ApiError("no such model", 404)
    error.type, error.param, error.body, error.retry_after = "NotFoundError", "model", "{…}", 1.5
    return error


def stream_error() -> StreamError:
    error = StreamError("cut")
    error.partial = ChatCompletionResponse([Choice(Message(content="Once"))])
    error.code, error.type, error.param = 500, "InternalServerError", "p"
    error.begun, error.failure = True, "cut"
    return error


def io_error() -> IoError:
    error = IoError("reset")
    error.may_have_arrived, error.died_in_pool = False, True
    return error


def bulk_file_error() -> BulkFileError:
    error = BulkFileError("cannot write out.jsonl: the disk is full", "out.jsonl", 28)
    error.offset = 42
    return error


def parse_error() -> ParseError:
    error = ParseError("$.a: missing", "$.a")
    error.body, error.status = "{}", 200
    return error


def answer_error() -> AnswerError:
    error = AnswerError("the answer does not match Invoice: $.a: missing", "$.a")
    error.reason, error.text = "mismatch", "{}"
    error.response = ChatCompletionResponse([Choice(Message(content="{}"))])
    return error


def tool_rounds_error() -> ToolRoundsError:
    error = ToolRoundsError("the model still calls")
    error.messages = [{"role": "user", "content": "Hi"}, Message(content="Once")]
    error.response = ChatCompletionResponse([Choice(Message(content=None))])
    return error


EXAMPLES = [
    VllmError("odd"),
    RequestError("no messages"),
    bulk_file_error(),
    BulkError("101 rows failed, more than max_errors=100", "max_errors"),
    io_error(),
    IoTimeout("not finished within 5 s", "total", 5.0),
    HttpError("garbage"),
    api_error(),
    stream_error(),
    StreamTimeout("no byte within 120 s", "idle", 120.0),
    parse_error(),
    answer_error(),
    tool_rounds_error(),
]
ELSEWHERE = [
    LaunchError("the server did not start"),
    *[status_error("no", status) for status in STATUS_ERRORS],
]
each_error = pytest.mark.parametrize("error", EXAMPLES, ids=lambda one: type(one).__name__)


def test_there_is_an_example_of_every_class() -> None:
    classes = {one for one in vars(errors).values() if isinstance(one, type)}

    assert {type(error) for error in EXAMPLES} == {c for c in classes if issubclass(c, VllmError)}


@pytest.mark.parametrize(
    ("cls", "caught_by", "not_by"),
    [
        (RequestError, {ValueError}, {OSError, TimeoutError}),
        (BulkFileError, {OSError}, {IoError, ValueError, TimeoutError}),
        (IoError, {OSError, IOError}, {ValueError, TimeoutError}),
        (IoTimeout, {IoError, OSError, TimeoutError}, {ValueError}),
        (HttpError, set(), {OSError, ValueError, TimeoutError}),
        (ApiError, set(), {OSError, ValueError, TimeoutError}),
        (StreamError, set(), {OSError, ValueError, TimeoutError}),
        (StreamTimeout, {StreamError, TimeoutError}, {ValueError, IoError}),
        (ParseError, {ValueError}, {OSError, TimeoutError}),
        (AnswerError, {ParseError, ValueError}, {OSError, TimeoutError}),
        (ToolRoundsError, set(), {OSError, ValueError, TimeoutError}),
    ],
)
def test_errors_are_caught_as_the_built_in_ones_too(
    cls: type[VllmError], caught_by: set[type], not_by: set[type]
) -> None:
    assert issubclass(cls, VllmError)
    assert all(issubclass(cls, one) for one in caught_by)
    assert not any(issubclass(cls, one) for one in not_by)
    assert getattr(vllm_client, cls.__name__) is cls


@each_error
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickle_with_all_attributes(error: VllmError, protocol: int) -> None:
    error = copy.copy(error).of_request("POST", "/v1/x", ("id-1", "id-2"))
    again = pickle.loads(pickle.dumps(error, protocol))

    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert again.args == error.args
    assert (str(again), repr(again)) == (str(error), repr(error))
    assert is_retryable(again) == is_retryable(error)


@each_error
def test_an_error_survives_a_deep_copy(error: VllmError) -> None:
    assert vars(copy.deepcopy(error)) == vars(error)


@each_error
def test_str_of_an_error_is_its_message_and_its_request(error: VllmError) -> None:
    error = copy.copy(error)
    assert error.message in str(error)

    assert error.of_request("POST", "/v1/x") is error
    assert str(error).endswith(f"{error.message} (POST /v1/x)")
    error.request_ids = ("id-1",)
    assert str(error).endswith(f"{error.message} (POST /v1/x, request id id-1)")
    error.request_ids = ("id-1", "id-2")
    assert str(error).endswith(f"{error.message} (POST /v1/x, request id id-2, 2 attempts)")


def test_an_api_error_begins_with_its_code_and_type() -> None:
    assert str(ApiError("no", 503)) == "503: no"
    assert str(api_error()) == "404 NotFoundError: no such model"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (VllmError("odd"), "VllmError('odd')"),
        (ApiError("no", 404), "ApiError('no', 404)"),
        (IoTimeout("slow", "token", 5.0), "IoTimeout('slow', 'token', 5.0)"),
        (StreamTimeout("silent", "idle", 5.0), "StreamTimeout('silent', 'idle', 5.0)"),
        (ParseError("missing", "$.a"), "ParseError('missing', '$.a')"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_repr_shows_the_arguments_of_the_error(error: VllmError, shown: str) -> None:
    assert repr(error) == shown


def test_a_file_error_has_the_attributes_of_an_os_error() -> None:
    error = pickle.loads(pickle.dumps(bulk_file_error()))

    assert (error.filename, error.errno, error.offset) == ("out.jsonl", 28, 42)


@pytest.mark.parametrize("cls", [IoTimeout, StreamTimeout])
def test_a_timeout_names_the_limit_that_was_exceeded(cls: Any) -> None:
    error = cls("no token within 600 s", "token", 600.0)

    assert (error.clock, error.seconds) == ("token", 600.0)
    assert str(error) == "no token within 600 s"


def test_an_error_that_belongs_to_no_request_has_none() -> None:
    error = VllmError()

    assert (error.method, error.path, error.request_id, error.status) == (None, None, None, None)
    assert str(error) == ""


def test_of_request_without_ids_keeps_earlier_ids() -> None:
    error = VllmError("x").of_request("GET", "/health", ("id-1", "id-2"))

    assert error.of_request("GET", "/health").request_ids == ("id-1", "id-2")
    assert error.request_id == "id-2"


def test_an_api_error_has_its_code_as_status() -> None:
    assert ApiError("x", 404).status == 404


def test_the_middle_of_a_long_text_is_left_out() -> None:
    text = "a" * 5_000 + "b" * 90_000 + "c" * 5_000

    short = shortened(text)

    assert len(short) < MAX_TEXT + 50
    assert short.startswith("a" * 2_048)
    assert short.endswith("c" * 2_048)
    assert "95904 characters left out" in short


@pytest.mark.parametrize("text", ["", "x" * MAX_TEXT])
def test_a_short_text_is_unchanged(text: str) -> None:
    assert shortened(text) == text


COMMON = (
    "class", "message", "method", "path", "status", "code", "type", "param", "request_ids",
    "attempts",
)  # fmt: skip


@pytest.mark.parametrize("error", [*EXAMPLES, *ELSEWHERE], ids=lambda one: type(one).__name__)
def test_every_error_goes_into_json_with_the_same_keys_first(error: VllmError) -> None:
    error = copy.copy(error).of_request("POST", "/v1/x", ("id-1", "id-2"))
    fields = error.to_dict()

    assert json.loads(json.dumps(fields, allow_nan=False)) == fields
    assert tuple(fields)[: len(COMMON)] == COMMON
    assert (fields["class"], fields["message"]) == (type(error).__name__, error.message)
    assert (fields["method"], fields["path"]) == ("POST", "/v1/x")
    assert (fields["request_ids"], fields["attempts"]) == (["id-1", "id-2"], [])
    for name in set(fields) - {"class", "request_ids", "attempts"}:
        assert fields[name] == getattr(error, name, None)


# attributes that hold responses, or the texts of requests and responses
LEFT_OUT = {"body", "messages", "partial", "response", "text"}


@each_error
def test_an_error_in_json_has_all_attributes_but_responses_and_bodies(error: VllmError) -> None:
    classes = [cls for cls in type(error).__mro__ if issubclass(cls, VllmError)]
    named = {name for cls in classes for name in inspect.get_annotations(cls)}
    named |= {"may_have_arrived", "died_in_pool"} if isinstance(error, IoError) else set()
    named = {name for name in named if not name.startswith("_")} | vars(error).keys()

    written = error.to_dict().keys()
    assert named - written <= LEFT_OUT
    assert not written & LEFT_OUT


def test_an_error_in_json_keeps_its_shape() -> None:
    assert api_error().to_dict() == {
        "class": "ApiError",
        "message": "no such model",
        "method": None,
        "path": None,
        "status": 404,
        "code": 404,
        "type": "NotFoundError",
        "param": "model",
        "request_ids": [],
        "attempts": [],
        "retry_after": 1.5,
    }
    timeout = IoTimeout("not finished within 5 s", "total", 5.0).to_dict()
    assert [*timeout][len(COMMON) :] == [
        "failure", "may_have_arrived", "died_in_pool", "clock", "seconds"
    ]  # fmt: skip
