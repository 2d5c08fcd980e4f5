"""Recognizing header fields with secrets by their names."""

import pytest

from vllm_client.http.secrets import SECRET_WORDS, is_secret, secrets_of


@pytest.mark.parametrize("word", SECRET_WORDS)
def test_names_with_a_secret_word_are_secret_case_insensitively(word: str) -> None:
    assert is_secret(word)
    assert is_secret(f"X-My-{word.title()}s")
    assert is_secret(f"my{word.upper()}")


@pytest.mark.parametrize(
    "name", ["accept", "content-type", "host", "user-agent", "x-request-id", "x-trace"]
)
def test_other_names_are_not_secret(name: str) -> None:
    assert not is_secret(name)


def test_values_of_secret_fields_are_secrets_with_and_without_their_scheme() -> None:
    fields = (("x-auth-token", "Custom sesame-1"), ("x-trace", "barley-2"), ("my-secret", "oats-3"))

    assert secrets_of(fields) == ("Custom sesame-1", "sesame-1", "oats-3")
