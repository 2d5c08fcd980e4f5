"""The TLS context, and the certificates that it trusts."""

import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vllm_client._io import tls
from vllm_client.http.address import Address

HTTPS = Address("localhost", 443, secure=True)
AUTHORITY = Path(__file__).parents[1] / "facades" / "tls" / "ca.pem"


@pytest.fixture(autouse=True)
def _no_context_is_kept() -> Iterator[None]:
    tls._default_context.cache_clear()
    yield
    tls._default_context.cache_clear()


@pytest.fixture
def _empty_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


def authorities(address: Address) -> int:
    context = tls.context_for(address)
    assert context is not None
    return context.cert_store_stats()["x509_ca"]


def test_plain_address_has_no_context() -> None:
    assert tls.context_for(Address("localhost", 80, secure=False)) is None


def test_context_of_the_caller_is_used() -> None:
    own = ssl.create_default_context()

    assert tls.context_for(Address("localhost", 443, secure=True, ssl_context=own)) is own


def test_default_context_verifies_and_is_made_once() -> None:
    context = tls.context_for(HTTPS)

    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls.context_for(HTTPS) is context


def test_ssl_cert_file_replaces_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    assert authorities(HTTPS) == 1


@pytest.mark.usefixtures("_empty_store")
def test_certifi_is_used_if_the_system_store_is_empty() -> None:
    pytest.importorskip("certifi", reason="certifi is optional, and not installed")

    assert authorities(HTTPS) > 50


@pytest.mark.usefixtures("_empty_store")
def test_without_certifi_an_empty_store_trusts_no_authority(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "certifi", None)  # makes `import certifi` raise ImportError

    assert authorities(HTTPS) == 0
    context = tls.context_for(HTTPS)
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
