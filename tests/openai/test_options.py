import httpx
import pytest

from vllm_client import Timeout
from vllm_client.openai import OpenAI, OpenAIError
from vllm_client.openai._options import ClientOptions, retry_of, timeout_of
from vllm_client.openai._types import NOT_GIVEN
from vllm_client.testing import SimulatedVllm


def address_and_key(base_url: str | None = None, key: str | None = None) -> tuple[str, str | None]:
    found = ClientOptions.of(
        base_url, key, NOT_GIVEN, None,
        max_retries=2, organization=None, project=None, headers=None, query=None,
    )  # fmt: skip
    assert found.api_key is None or isinstance(found.api_key, str)
    return str(found.base_url), found.api_key


def test_api_key_depends_on_the_source_of_the_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "openai")
    monkeypatch.setenv("VLLM_API_KEY", "vllm")

    assert address_and_key() == ("http://localhost:8000/v1/", "vllm")
    assert address_and_key("http://a/v1") == ("http://a/v1/", "openai")
    assert address_and_key("http://a/v1", "own") == ("http://a/v1/", "own")
    monkeypatch.setenv("VLLM_BASE_URL", "http://v/v1")
    assert address_and_key() == ("http://v/v1/", "vllm")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://o/v1")
    assert address_and_key() == ("http://o/v1/", "openai")


def test_vllm_api_key_is_not_sent_to_a_base_url_argument(
    monkeypatch: pytest.MonkeyPatch, server: SimulatedVllm
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "vllm")

    with OpenAI(base_url=server.base_url) as client:
        client.models.list()

    assert "authorization" not in server.requests[-1].headers


def test_number_as_timeout_limits_each_wait() -> None:
    assert timeout_of(5) == Timeout(connect=5, token=5, idle=5, queue=5)
    assert timeout_of(NOT_GIVEN) == Timeout(connect=5, token=600, idle=600, queue=600)
    assert timeout_of(None) == Timeout(connect=None, token=None, idle=None)
    assert timeout_of(httpx.Timeout(3, read=9)).token == 9
    assert timeout_of(Timeout(total=1)).total == 1


def test_time_for_retries_is_limited_to_four_seconds_per_retry() -> None:
    assert (retry_of(2).max_retries, retry_of(2).budget) == (2, 8.0)
    assert retry_of(0).max_retries == 0


@pytest.mark.parametrize("number", [-1, None, 1.5])
def test_invalid_number_of_retries_is_a_type_error(number: object) -> None:
    with pytest.raises(TypeError, match="max_retries"):
        OpenAI(base_url="http://localhost/v1", max_retries=number)  # type: ignore[arg-type]


def test_invalid_base_url_is_an_openai_error() -> None:
    with pytest.raises(OpenAIError, match="base_url"):
        OpenAI(base_url="http://localhost/v1/chat/completions")


def test_closing_a_client_closes_its_copies(server: SimulatedVllm) -> None:
    client = OpenAI(base_url=server.base_url)
    other = client.with_options(timeout=3, default_headers={"a": "b"})
    assert other.models.list().data

    client.close()

    assert client.is_closed()
    assert other.is_closed()
    with pytest.raises(OpenAIError, match="closed"):
        other.models.list()


def test_api_key_is_not_shown_in_reprs_and_errors(server: SimulatedVllm) -> None:
    key = "sk-very-secret"
    with OpenAI(base_url=server.base_url, api_key=key, max_retries=0) as client:
        shown = [repr(client), repr(client._options), repr(client.auth_headers)]
        with pytest.raises(OpenAIError) as caught:
            client.get("/nothing")

    error = caught.value
    shown += [repr(error), str(error), repr(vars(error)), repr(getattr(error, "request").headers)]  # noqa: B009
    assert not any(key in text for text in shown)
