"""Conversion of the system's connection errors to `IoError`."""

from __future__ import annotations

import errno
import pickle
import socket
import ssl
import sys

import pytest

from vllm_client._io.connect_errors import (
    failure_of,
    is_out_of_descriptors,
    most_telling,
    no_descriptor_left,
    not_connected,
)
from vllm_client.call.retry import is_retryable
from vllm_client.errors import IoError
from vllm_client.http.address import Address

ADDRESS = Address("h.test", 8000, secure=True)
HTTPS = Address("localhost", 443, secure=True)


def ssl_error(reason: str, cls: type[ssl.SSLError] = ssl.SSLError) -> ssl.SSLError:
    error = cls(1, f"[SSL: {reason}] said OpenSSL")
    error.reason = reason
    return error


FAILURES = {
    "refused": [
        ConnectionRefusedError(errno.ECONNREFUSED, ""),
        OSError(errno.EHOSTUNREACH, ""),
        OSError(errno.ENETUNREACH, ""),
        BlockingIOError(errno.EAGAIN, ""),
        socket.gaierror(socket.EAI_AGAIN, ""),
    ],
    "no_address": [
        socket.gaierror(socket.EAI_NONAME, ""),
        socket.gaierror(socket.EAI_FAIL, ""),
        FileNotFoundError(errno.ENOENT, ""),
    ],
    "tls": [
        ssl_error("WRONG_VERSION_NUMBER"),
        ssl_error("CERTIFICATE_VERIFY_FAILED", ssl.SSLCertVerificationError),
    ],
    "lost": [
        OSError(errno.EMFILE, ""),
        ConnectionResetError(errno.ECONNRESET, ""),
        ssl_error("UNEXPECTED_EOF_WHILE_READING", ssl.SSLEOFError),
        OSError("of no number"),
    ],
}


@pytest.mark.parametrize(
    ("failure", "error"), [(name, error) for name, errors in FAILURES.items() for error in errors]
)
def test_each_system_error_maps_to_a_failure(failure: str, error: OSError) -> None:
    made = not_connected(ADDRESS, error)

    assert (made.failure, made.may_have_arrived) == (failure, False)
    assert made.message.startswith("no connection to h.test:8000: ")
    assert pickle.loads(pickle.dumps(made)).failure == failure


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("WRONG_VERSION_NUMBER", "does not speak TLS: use http:// for a plain HTTP server"),
        ("RECORD_LAYER_FAILURE", "does not speak TLS: use http:// for a plain HTTP server"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "client and server share no TLS version"),
        ("CERTIFICATE_VERIFY_FAILED", "ssl_context="),
    ],
)
def test_tls_error_has_advice(reason: str, advice: str) -> None:
    assert advice in not_connected(ADDRESS, ssl_error(reason)).message


def test_error_without_message_gets_one() -> None:
    message = not_connected(ADDRESS, ConnectionResetError()).message

    assert message.endswith("the connection was closed while it was being made")


def test_ssl_is_not_imported_to_describe_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ssl")

    assert failure_of(ConnectionRefusedError(errno.ECONNREFUSED, "")) == "refused"
    assert "ssl" not in sys.modules


def test_the_error_that_a_retry_may_cure_is_chosen() -> None:
    unavailable = OSError(errno.EADDRNOTAVAIL, "")
    refused = ConnectionRefusedError(errno.ECONNREFUSED, "")
    exhausted = OSError(errno.EMFILE, "")

    assert most_telling([unavailable, refused]) is refused
    assert most_telling([unavailable, refused, exhausted]) is exhausted
    assert most_telling([unavailable]) is unavailable


def test_lack_of_descriptors_is_recognised_by_its_cause() -> None:
    error = IoError("no connection")
    assert not is_out_of_descriptors(error)
    error.__cause__ = OSError(errno.ENFILE, "")
    assert is_out_of_descriptors(error)


def test_lack_of_descriptors_names_the_limit_if_the_system_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "max_connections" in no_descriptor_left(IoError("no connection")).message
    monkeypatch.setitem(sys.modules, "resource", None)
    assert "may open no more files" in no_descriptor_left(IoError("no connection")).message


@pytest.mark.parametrize(
    ("error", "retryable"),
    [(ConnectionRefusedError("refused"), True), (ssl.SSLCertVerificationError("bad"), False)],
)
def test_only_a_rejected_certificate_is_final(error: OSError, retryable: bool) -> None:
    failed = not_connected(HTTPS, error)

    assert is_retryable(failed) is retryable
    assert str(failed).startswith("no connection to localhost:443: ")
