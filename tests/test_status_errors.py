"""The subclasses of ApiError: their statuses, pickles and copies."""

import copy
import pickle

import pytest

import vllm_client
from vllm_client import ApiError, VllmError, is_retryable, status_errors
from vllm_client.status_errors import STATUS_ERRORS, status_error

PLAIN = [402, 408, 409, 413, 415, 418, 499, 501, 502, 504, 520, 530, 599]
CLASSES = {
    one
    for one in vars(status_errors).values()
    if isinstance(one, type) and issubclass(one, ApiError) and one is not ApiError
}

each_class = pytest.mark.parametrize(("status", "cls"), STATUS_ERRORS.items())


@each_class
def test_a_status_has_its_class(status: int, cls: type[ApiError]) -> None:
    error = status_error("no", status)

    assert type(error) is cls
    assert isinstance(error, ApiError | VllmError)
    assert (error.message, error.code, error.status) == ("no", status, status)
    assert str(error) == f"{status}: no"
    assert repr(error) == f"{cls.__name__}('no', {status})"
    assert getattr(vllm_client, cls.__name__) is cls


@pytest.mark.parametrize("status", PLAIN)
def test_any_other_status_is_a_plain_api_error(status: int) -> None:
    assert type(status_error("no", status)) is ApiError


def test_each_class_is_in_the_table_once_and_has_no_subclass() -> None:
    assert len(STATUS_ERRORS) == len(CLASSES)
    assert set(STATUS_ERRORS.values()) == CLASSES
    assert {cls.__base__ for cls in CLASSES} == {ApiError}


@each_class
def test_an_error_survives_pickles_and_copies_with_all_attributes(
    status: int, cls: type[ApiError]
) -> None:
    error = status_error("no", status).of_request("POST", "/v1/x", ("id-1", "id-2"))
    error.type, error.param, error.body, error.retry_after = "T", "p", "{…}", 1.5

    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is cls
        assert vars(again) == vars(error)
        assert (str(again), again.args) == (str(error), error.args)


@pytest.mark.parametrize("status", [*STATUS_ERRORS, *PLAIN])
def test_a_class_changes_nothing_about_retries(status: int) -> None:
    assert is_retryable(status_error("no", status)) == is_retryable(ApiError("no", status))
