"""Keywords that vLLM ignores, and resources that it does not support."""

import pickle
import warnings
from typing import Any

import httpx
import pytest

from vllm_client import IgnoredByServerWarning
from vllm_client.openai import (
    AzureOpenAI,
    OpenAI,
    OpenAIError,
    RateLimitError,
    UnsupportedByVllmError,
    _keywords,
)
from vllm_client.openai.types import responses
from vllm_client.openai.types.chat import completion_create_params
from vllm_client.testing import SimulatedVllm

USER: Any = [{"role": "user", "content": "Hi"}]


def test_ignored_keyword_warns_once(server: SimulatedVllm) -> None:
    _keywords._warned.clear()
    with OpenAI(base_url=server.base_url) as client:
        with pytest.warns(IgnoredByServerWarning, match="vLLM ignores service_tier"):
            client.chat.completions.create(model="m", messages=USER, service_tier="flex")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            client.chat.completions.create(model="m", messages=USER, service_tier="flex")
            client.chat.completions.create(model="m", messages=USER, store=None)

    assert server.requests[0].json["service_tier"] == "flex"
    assert "store" not in server.requests[-1].json


def test_ignored_keywords_are_those_that_vllm_does_not_support() -> None:
    ignored = completion_create_params.IGNORED

    assert {"store", "metadata", "service_tier", "functions", "prediction"} <= ignored
    assert not {"temperature", "tools", "stream_options", "reasoning_effort"} & ignored
    assert "input" not in responses.response_create_params.IGNORED


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.files.create(file=b"", purpose="batch"),
        lambda client: client.batches.list(),
        lambda client: client.images.generate(prompt="a"),
        lambda client: client.moderations.create(input="a"),
        lambda client: client.fine_tuning.jobs.create(model="m"),
        lambda client: client.audio.speech.create(input="a"),
        lambda client: client.beta.threads.create(),
        lambda client: client.chat.completions.list(),
        lambda client: client.responses.delete("a"),
    ],
)
def test_unsupported_resource_is_an_error_when_called(call: Any, server: SimulatedVllm) -> None:
    client = OpenAI(base_url=server.base_url)

    with client, pytest.raises(UnsupportedByVllmError, match="vLLM has no route"):
        call(client)

    assert server.requests == []


def test_creating_an_azure_client_is_an_error_that_names_the_replacement() -> None:
    with pytest.raises(OpenAIError, match=r"use OpenAI\(base_url="):
        AzureOpenAI(api_version="1", azure_endpoint="http://a")


def test_errors_can_be_pickled() -> None:
    response = httpx.Response(429, request=httpx.Request("POST", "http://a/v1"))
    error = RateLimitError("slow", response=response, body={"code": "busy"})

    again = pickle.loads(pickle.dumps(error))

    assert type(again) is RateLimitError
    assert (again.code, again.status_code, str(again)) == ("busy", 429, "slow")


def test_unknown_attribute_is_an_attribute_error() -> None:
    client = OpenAI(base_url="http://localhost/v1")

    with client, pytest.raises(AttributeError, match="nonsense"):
        _ = client.nonsense
