"""Creating, configuring and closing clients."""

import asyncio
import copy
import os
from unittest import mock

import httpx2
import pytest

from vllm_client.testing import ErrorReply

from ..setting import USER, Setting


def base_url_and_key(s: Setting) -> None:
    client = s.client(base_url=s.server.base_url, api_key="EMPTY")
    assert client.models.list().data[0].id
    assert s.sent.headers["authorization"] == "Bearer EMPTY"


def base_url_and_key_from_the_environment(s: Setting) -> None:
    environment = {"OPENAI_BASE_URL": s.server.base_url, "OPENAI_API_KEY": "from-env"}
    with mock.patch.dict(os.environ, environment), s.openai.OpenAI() as client:
        client.models.list()
    assert client.api_key == "from-env"
    assert s.sent.headers["authorization"] == "Bearer from-env"


def key_function(s: Setting) -> None:
    keys = iter(["one", "two"])
    client = s.client(api_key=lambda: next(keys))
    client.models.list()
    client.models.list()
    sent = [request.headers["authorization"] for request in s.server.requests]
    assert sent == ["Bearer one", "Bearer two"]


def key_function_is_called_for_each_attempt(s: Setting) -> None:
    keys = iter(["one", "two"])
    s.server.reply(ErrorReply(503, "busy", retry_after=0))
    s.client(api_key=lambda: next(keys)).chat.completions.create(model="tiny", messages=USER)
    sent = [request.headers["authorization"] for request in s.server.requests]
    assert sent == ["Bearer one", "Bearer two"]


def api_key_is_the_last_key_of_the_function(s: Setting) -> None:
    client = s.client(api_key=lambda: "late")
    assert client.api_key == ""
    client.models.list()
    assert client.api_key == "late"
    assert client.auth_headers == {"Authorization": "Bearer late"}


def authorization_header_overrides_the_key_function(s: Setting) -> None:
    client = s.client(api_key=lambda: "late")
    client.models.list(extra_headers={"authorization": "Own a"})
    assert s.sent.headers["authorization"] == "Own a"
    client.with_options(default_headers={"Authorization": "Own b"}).models.list()
    assert s.sent.headers["authorization"] == "Own b"
    client.models.list(extra_headers={"Authorization": s.openai.Omit()})
    assert "authorization" not in s.sent.headers


async def async_key_function(s: Setting) -> None:
    async def key() -> str:
        await asyncio.sleep(0)
        return "late"

    await s.async_client(api_key=key).models.list()
    assert s.sent.headers["authorization"] == "Bearer late"


def default_headers_and_query(s: Setting) -> None:
    client = s.client(default_headers={"X-Team": "a"}, default_query={"api-version": "1"})
    client.models.list()
    assert s.sent.headers["x-team"] == "a"
    assert s.sent.query == {"api-version": "1"}


def organization_and_project_are_headers(s: Setting) -> None:
    client = s.client(organization="org", project="proj")
    client.models.list()
    assert s.sent.headers["openai-organization"] == "org"
    assert s.sent.headers["openai-project"] == "proj"
    assert (client.organization, client.project) == ("org", "proj")


def base_url_has_parts(s: Setting) -> None:
    client = s.client()
    assert client.base_url.host == "127.0.0.1"
    assert client.base_url.scheme == "http"
    assert str(client.base_url).rstrip("/").endswith("/v1")
    assert str(client.base_url).endswith("/")


def timeout_forms(s: Setting) -> None:
    for timeout in (20, 20.5, None, s.openai.Timeout(20.0, connect=5.0)):
        client = s.client(timeout=timeout)
        assert client.timeout == timeout
        client.models.list()


def timeout_of_httpx(s: Setting) -> None:
    timeout = s.openai.Timeout(60.0, read=5.0, write=10.0, connect=2.0)
    assert timeout.read == 5.0
    s.client().with_options(timeout=timeout).models.list()


def max_retries_attribute(s: Setting) -> None:
    assert s.client().max_retries == s.openai.DEFAULT_MAX_RETRIES == 2
    assert s.client(max_retries=0).max_retries == 0


def with_options_changes_one_call(s: Setting) -> None:
    client = s.client()
    other = client.with_options(max_retries=5, timeout=20.0)
    assert (other.max_retries, other.timeout) == (5, 20.0)
    assert client.max_retries == 2
    other.chat.completions.create(model="tiny", messages=USER)


def copy_keeps_and_changes(s: Setting) -> None:
    client = s.client(default_headers={"a": "1"})
    other = client.copy(api_key="other", default_headers={"b": "2"})
    other.models.list()
    assert s.sent.headers["authorization"] == "Bearer other"
    assert (s.sent.headers["a"], s.sent.headers["b"]) == ("1", "2")


def set_default_headers_replaces(s: Setting) -> None:
    other = s.client(default_headers={"a": "1"}).with_options(set_default_headers={"b": "2"})
    other.models.list()
    assert "a" not in s.sent.headers
    assert s.sent.headers["b"] == "2"


def context_manager_closes(s: Setting) -> None:
    with s.client() as client:
        assert not client.is_closed()
        client.models.list()
    assert client.is_closed()


async def async_context_manager_closes(s: Setting) -> None:
    async with s.async_client() as client:
        assert (await client.models.list()).data
    assert client.is_closed()


async def async_close(s: Setting) -> None:
    client = s.async_client()
    await client.models.list()
    await client.close()
    assert client.is_closed()


def custom_http_client(s: Setting) -> None:
    http_client = s.openai.DefaultHttpxClient(headers={"x-own": "1"})
    with s.client(http_client=http_client) as client:
        client.models.list()
    assert s.sent.headers["x-own"] == "1"


async def custom_async_http_client(s: Setting) -> None:
    http_client = s.openai.DefaultAsyncHttpxClient(timeout=20.0)
    async with s.async_client(http_client=http_client) as client:
        assert (await client.models.list()).data


def http_client_of_httpx2(s: Setting) -> None:
    http_client = httpx2.Client(headers={"x-own": "2"}, timeout=30)
    with s.client(http_client=http_client) as client:
        assert client.models.list().data
        assert s.sent.headers["x-own"] == "2"
        assert client.timeout == httpx2.Timeout(30)
        stream = client.chat.completions.create(model="tiny", messages=USER, stream=True)
        assert any(chunk.choices[0].delta.content for chunk in stream)
    assert http_client.is_closed


async def async_http_client_of_httpx2(s: Setting) -> None:
    http_client = httpx2.AsyncClient(base_url="http://elsewhere.example")
    async with s.async_client(http_client=http_client) as client:
        answer = await client.chat.completions.create(model="tiny", messages=USER)
        assert answer.choices[0].message.content


def connection_lost_over_httpx2(s: Setting) -> None:
    client = s.client(base_url="http://127.0.0.1:9/v1", http_client=httpx2.Client(), max_retries=0)
    with pytest.raises(s.openai.APIConnectionError):
        client.models.list()


def timeout_and_url_of_httpx2(s: Setting) -> None:
    client = s.client(base_url=httpx2.URL(s.server.base_url), timeout=httpx2.Timeout(9, connect=2))
    assert client.models.list(timeout=httpx2.Timeout(5)).data
    assert client.base_url.host == "127.0.0.1"


def client_aliases(s: Setting) -> None:
    assert s.openai.Client is s.openai.OpenAI
    assert s.openai.AsyncClient is s.openai.AsyncOpenAI


def key_can_be_assigned(s: Setting) -> None:
    client = s.client()
    client.api_key = "new"
    client.models.list()
    assert s.sent.headers["authorization"] == "Bearer new"


def base_url_can_be_assigned(s: Setting) -> None:
    client = s.client(base_url="http://127.0.0.1:9/v1")
    client.base_url = s.server.base_url
    assert client.models.list().data


def get_with_cast_to(s: Setting) -> None:
    page = s.client().get("/models", cast_to=object)
    assert page["data"][0]["id"]


def post_with_cast_to(s: Setting) -> None:
    types = s.module("types.chat")
    answer = s.client().post(
        "/chat/completions",
        cast_to=types.ChatCompletion,
        body={"model": "tiny", "messages": USER},
    )
    assert answer.choices[0].message.content


def post_with_options(s: Setting) -> None:
    answer = s.client().post(
        "/chat/completions",
        cast_to=object,
        body={"model": "tiny", "messages": USER},
        options={"headers": {"x-one": "1"}, "params": {"a": "b"}, "timeout": 5},
    )
    assert answer["choices"]
    assert s.sent.headers["x-one"] == "1"


def get_with_cast_to_base_model(s: Setting) -> None:
    response = s.client().get("/models", cast_to=s.module("").BaseModel)
    assert response.data


def module_level_client(s: Setting) -> None:
    openai = s.openai
    openai.api_key, openai.base_url = "module", s.server.base_url + "/"
    try:
        answer = openai.chat.completions.create(model="tiny", messages=USER)
        assert answer.choices[0].message.content
        assert s.sent.headers["authorization"] == "Bearer module"
        assert openai.models.list().data
    finally:
        openai.api_key = openai.base_url = None


def extra_headers_query_body(s: Setting) -> None:
    s.client().chat.completions.create(
        model="tiny",
        messages=USER,
        extra_headers={"x-call": "1"},
        extra_query={"q": "2"},
        extra_body={"top_k": 3},
    )
    assert s.sent.headers["x-call"] == "1"
    assert s.sent.json["top_k"] == 3


def call_header_overrides_default(s: Setting) -> None:
    client = s.client(default_headers={"X-A": "default"})
    client.models.list(extra_headers={"X-A": "call"})
    assert s.sent.headers["x-a"] == "call"


def omitted_header(s: Setting) -> None:
    client = s.client(default_headers={"X-A": "default"})
    client.models.list(extra_headers={"X-A": s.openai.Omit()})
    assert "x-a" not in s.sent.headers


def timeout_per_call(s: Setting) -> None:
    answer = s.ask(timeout=30)
    assert answer.choices


def deepcopy_of_options(s: Setting) -> None:
    messages = copy.deepcopy(USER)
    s.client().chat.completions.create(model="tiny", messages=messages)
    assert messages == USER


def version(s: Setting) -> None:
    assert int(s.openai.__version__.split(".")[0]) >= 0
    assert s.openai.__version__ == s.openai.VERSION


def azure_exists(s: Setting) -> None:
    assert issubclass(s.openai.AzureOpenAI, s.openai.OpenAI)
    assert issubclass(s.openai.AsyncAzureOpenAI, s.openai.AsyncOpenAI)


def unsupported_resources_are_attributes(s: Setting) -> None:
    client = s.client()
    for name in ("files", "batches", "images", "moderations", "fine_tuning", "vector_stores"):
        assert hasattr(client, name)


def auth_headers(s: Setting) -> None:
    assert s.client(api_key="k").auth_headers == {"Authorization": "Bearer k"}


def default_aiohttp_client(s: Setting) -> None:
    assert s.openai.DefaultAioHttpClient
    assert s.openai.DefaultHttpx2Client
    assert s.openai.DefaultAsyncHttpx2Client
