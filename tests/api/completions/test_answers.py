"""Test the answer classes of text completions."""

from tests.recordings import load
from vllm_client.api.completions.answers import (
    CompletionChoice,
    CompletionLogprobs,
    CompletionResponse,
)
from vllm_client.codec.decoder import structure
from vllm_client.codec.logprobs import Logprob


def test_shortcuts_are_those_of_the_first_choice() -> None:
    response = CompletionResponse(
        [CompletionChoice("Once", finish_reason="length"), CompletionChoice("other")]
    )

    assert (response.text, response.content, response.finish_reason) == ("Once", "Once", "length")


def test_shortcuts_of_an_answer_without_choices_are_empty() -> None:
    response = CompletionResponse([])

    assert (response.text, response.content, response.finish_reason) == ("", "", None)


def test_all_parts_of_a_recorded_answer_are_decoded() -> None:
    response = structure(load("chat", "completions.plain").json, CompletionResponse)

    assert response.id.startswith("cmpl-")
    assert response.object == "text_completion"
    assert response.text
    assert response.usage is not None
    logprobs = response.choices[0].logprobs
    assert isinstance(logprobs, CompletionLogprobs)
    assert len(logprobs.tokens) == len(logprobs.token_logprobs) == response.usage.completion_tokens
    assert "".join(logprobs.tokens).startswith(response.text)


def test_choices_of_several_prompts_are_numbered_consecutively() -> None:
    response = structure(load("chat", "completions_n_list.plain").json, CompletionResponse)

    assert [choice.index for choice in response.choices] == [0, 1, 2, 3]


def test_prompt_logprobs_belong_to_the_choice() -> None:
    choice = {"text": "", "prompt_logprobs": [None, {"7": {"logprob": -1}}]}
    response = structure({"choices": [choice]}, CompletionResponse)

    assert response.choices[0].prompt_logprobs == [None, {"7": Logprob(-1)}]
