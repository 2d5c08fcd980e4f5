"""Vectors, similarities and probabilities derived from texts."""

import math

import pytest

from vllm_client.testing.tokenizer import cut
from vllm_client.testing.vectors import (
    normalized,
    probabilities_of,
    rounded,
    similarity,
    vector_of,
)


def vector(text: str, size: int = 64) -> list[float]:
    return vector_of(cut(text), size)


def test_equal_texts_have_equal_vectors_on_every_machine() -> None:
    assert vector("Hello world") == vector("hello World")
    assert vector("hello") != vector("world")


@pytest.mark.parametrize("text", ["", "hello", "one two three"])
def test_vector_has_length_1(text: str) -> None:
    assert math.fsum(x * x for x in vector(text)) == pytest.approx(1)


def test_texts_that_share_words_are_similar() -> None:
    query = vector("the capital of France")
    close, far = vector("Paris is the capital of France"), vector("a recipe with onions")
    assert similarity(query, close) > 0.5 > similarity(query, far)
    assert similarity(query, query) == pytest.approx(1)


def test_numbers_are_rounded_to_float32() -> None:
    assert rounded([0.1]) == [0.10000000149011612]
    assert normalized([3.0, 4.0]) == rounded([0.6, 0.8])
    assert normalized([0.0]) == [0.0]


@pytest.mark.parametrize("classes", [2, 3, 9])
def test_probabilities_add_up_to_1(classes: int) -> None:
    probabilities = probabilities_of(cut("good film"), classes)
    assert len(probabilities) == classes
    assert math.fsum(probabilities) == pytest.approx(1)
    assert probabilities == probabilities_of(cut("good film"), classes)


def test_single_class_has_a_probability_between_0_and_1() -> None:
    [one] = probabilities_of(cut("good film"), 1)
    assert 0 < one < 1
