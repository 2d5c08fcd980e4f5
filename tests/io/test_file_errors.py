"""Errors of the system about files of a bulk run."""

import errno
from pathlib import Path

import pytest

from vllm_client._io.file_errors import reported_errors
from vllm_client.errors import BulkFileError


def test_an_error_of_the_system_says_what_to_do() -> None:
    with (
        pytest.raises(
            BulkFileError, match=r"cannot write a: No space left on device; free"
        ) as caught,
        reported_errors("write", Path("a")),
    ):
        raise OSError(errno.ENOSPC, "x")

    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == "a"
    assert isinstance(caught.value.__cause__, OSError)


def test_an_error_without_a_number_keeps_its_words() -> None:
    with pytest.raises(BulkFileError, match=r"cannot read a: odd$"), reported_errors("read", "a"):
        raise OSError("odd")


def test_an_error_of_ours_passes_as_it_is() -> None:
    error = BulkFileError("another run", "a")
    with pytest.raises(BulkFileError) as caught, reported_errors("read", "b"):
        raise error

    assert caught.value is error
