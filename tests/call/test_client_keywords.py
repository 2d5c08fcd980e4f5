"""Rejecting misspelt keywords and keywords of other clients."""

import re

import pytest

from vllm_client.call.client_keywords import OF_OPENAI, refuse_keywords
from vllm_client.errors import RequestError


@pytest.mark.parametrize("name", OF_OPENAI)
def test_keyword_of_openai_is_rejected_with_a_hint(name: str) -> None:
    with pytest.raises(RequestError, match=re.escape(f"{name!r}: {OF_OPENAI[name]}")):
        refuse_keywords([name], {"api_key"})


def test_misspelt_keyword_is_rejected_with_the_nearest_one() -> None:
    message = "the client has no option 'api_kee'; did you mean api_key?"
    with pytest.raises(RequestError, match=re.escape(message)):
        refuse_keywords(["api_kee"], {"api_key", "headers"})


@pytest.mark.parametrize("name", ["policy", "resolve"])
def test_keyword_of_servers_is_rejected_with_a_hint(name: str) -> None:
    message = f"the client has no option {name!r}: write base_url=Servers([…], {name}=…)"
    with pytest.raises(RequestError, match=re.escape(message)):
        refuse_keywords([name], {"api_key"})


def test_known_keywords_are_accepted() -> None:
    refuse_keywords(["api_key"], {"api_key", "headers"})
