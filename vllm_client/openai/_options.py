"""The settings of a client, from its keywords and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import attrs
import httpx

from .. import RetryPolicy, Timeout
from ..http.secrets import SecretFields, hidden
from ._constants import DEFAULT_TIMEOUT
from ._types import NotGiven, Omit, is_given

if TYPE_CHECKING:
    import httpx2

DEFAULT_BASE_URL = "http://localhost:8000/v1"
# In seconds. openai-python waits 0.5 seconds before the first retry and doubles the wait up to 8.
# The total time is limited to 4 seconds per retry, so that calls to an unreachable server fail
# about as early as in openai-python. The default of vllm_client's own clients is a minute.
_FIRST_WAIT, _MAX_WAIT, _SECONDS_PER_RETRY = 0.5, 8.0, 4.0


class Secret(str):
    """A str whose repr hides its value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@attrs.frozen
class ClientOptions:
    """The settings of a client.

    Attributes:
        base_url: The base URL, which ends with a slash; the first one if there are several.
        address: The base URL as it was given.
        api_key: The API key, a KeyFunction that returns it, or None.
        timeout: Seconds for each wait, an httpx.Timeout, or None for no limit.
        max_retries: The maximum number of retries.
        organization, project: Values of OpenAI-Organization and OpenAI-Project, or None.
        headers, query: Header fields and URL parameters of every request.
    """

    base_url: httpx.URL
    address: str = attrs.field(repr=False)
    api_key: Any = attrs.field(repr=False)
    timeout: Any
    max_retries: int
    organization: str | None = None
    project: str | None = None
    headers: Mapping[str, str | Omit] = attrs.field(factory=dict, repr=False)
    query: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        base_url: str | httpx.URL | httpx2.URL | None,
        api_key: Any,
        timeout: Any,
        http_client: Any,
        **given: Any,
    ) -> Self:
        """Return the settings for the arguments of a client, with defaults from the environment."""
        url, key = _address(base_url)
        if not is_given(timeout):
            timeout = _timeout_of_client(http_client)
        return cls(
            base_url=with_slash(str(url).partition(",")[0]),
            address=str(url),
            api_key=api_key if api_key is not None else key,
            timeout=timeout,
            max_retries=checked_retries(given["max_retries"]),
            organization=given["organization"] or os.environ.get("OPENAI_ORG_ID"),
            project=given["project"] or os.environ.get("OPENAI_PROJECT_ID"),
            headers=SecretFields(given["headers"] or {}),
            query=dict(given["query"] or {}),
        )

    def headers_with(self, headers: Mapping[str, Any] | None) -> dict[str, str]:
        """Return the header fields of a call; the value `omit` removes a field of the client."""
        own = {"OpenAI-Organization": self.organization, "OpenAI-Project": self.project}
        found: dict[str, Any] = {}
        for name, value in [*own.items(), *self.headers.items(), *(headers or {}).items()]:
            if _is_omitted(value):
                found.pop(name.lower(), None)
            else:
                found[name.lower()] = Secret(value)
        return found

    def omits_key(self, headers: Mapping[str, Any] | None) -> bool:
        """Return whether the header field Authorization of a call is set to `omit`."""
        fields = [*self.headers.items(), *(headers or {}).items()]
        found = [value for name, value in fields if name.lower() == "authorization"]
        return bool(found) and _is_omitted(found[-1])

    def query_with(self, query: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the URL parameters of a call."""
        both = {**self.query, **(query or {})}
        return {
            name: value for name, value in both.items() if value is not None and is_given(value)
        }


def omits(headers: Mapping[str, Any] | None) -> bool:
    """Return whether a call removes header fields of its client."""
    return headers is not None and any(_is_omitted(value) for value in headers.values())


def _is_omitted(value: Any) -> bool:
    return value is None or not is_given(value)


def checked_retries(number: Any) -> int:
    """Return the number of retries, or raise TypeError if it is invalid."""
    if not isinstance(number, int) or number < 0:
        raise TypeError(f"max_retries: expected an int of at least 0, got {number!r:.80}")
    return number


@cache
def retry_of(max_retries: int) -> RetryPolicy:
    """Return a retry policy similar to openai-python's, with this number of retries."""
    budget = max(1.0, _SECONDS_PER_RETRY * max_retries)
    return RetryPolicy(
        max_retries=max_retries, first_wait=_FIRST_WAIT, max_wait=_MAX_WAIT, budget=budget
    )


_DEFAULT = Timeout.of(DEFAULT_TIMEOUT)


def _timeout_of_client(http_client: Any) -> Any:
    """Return the timeout of the caller's httpx client, unless it is the default of httpx."""
    own = getattr(http_client, "timeout", None)
    return DEFAULT_TIMEOUT if own is None or own == type(own)(5.0) else own


def timeout_of(timeout: Any) -> Timeout:
    """Convert a timeout to limits; a number is the limit of each wait, as in httpx."""
    if timeout is DEFAULT_TIMEOUT or isinstance(timeout, NotGiven):
        return _DEFAULT
    if isinstance(timeout, int | float) and not isinstance(timeout, bool):
        timeout = httpx.Timeout(timeout)
    return Timeout.of(timeout)


def with_slash(url: str | httpx.URL | httpx2.URL) -> httpx.URL:
    """Return the base URL with a slash at its end, as openai-python shows it."""
    found = httpx.URL(str(url))
    path = found.raw_path
    return found if path.endswith(b"/") else found.copy_with(raw_path=path + b"/")


def prefix_of(address: str) -> str | None:
    """Return the `api_prefix` of the vllm_client client for a base URL.

    It is "", because openai-python appends nothing to a base URL. For the base URL in the
    environment variable VLLM_BASE_URL it is None, which appends `/v1` if it is missing.
    """
    return None if address == os.environ.get("VLLM_BASE_URL") else ""


def _address(
    base_url: str | httpx.URL | httpx2.URL | None,
) -> tuple[str | httpx.URL | httpx2.URL, str | None]:
    """Return the base URL, and the API key for it from the environment."""
    given = base_url or os.environ.get("OPENAI_BASE_URL")
    if given:
        return given, hidden(os.environ.get("OPENAI_API_KEY")) or None
    found = os.environ.get("VLLM_BASE_URL") or DEFAULT_BASE_URL
    return found, hidden(os.environ.get("VLLM_API_KEY")) or None
