"""Probabilities of the answers to a question."""

from vllm_client.testing import Labels
from vllm_client.testing.families.label_reads import LABEL_MASS, LabelRead, reads_of
from vllm_client.testing.pooled_endpoint import PooledRequest

REQUEST = PooledRequest("id", 0, "model", {}, [["a", "b"], ["a", "b"]])


def test_best_answer_and_mean_position() -> None:
    read = LabelRead([0.25, 0.75])
    assert (read.best, read.expected, read.confidence) == (1, 0.75, 0.75 * LABEL_MASS)


def test_probabilities_are_derived_from_the_texts_and_add_up_to_1() -> None:
    first, second = reads_of(REQUEST, [["x", "y", "z"], ["x", "y", "z"]])
    assert first == second
    assert abs(sum(first.probabilities) - 1) < 1e-6


def test_single_answer_has_probability_1() -> None:
    assert reads_of(REQUEST, [["x"], ["x"]])[0].probabilities == [1.0]


def test_scripted_probabilities_may_omit_answers() -> None:
    from attrs import evolve

    scripted = evolve(REQUEST, reply=Labels([{"x": 0.5}]))
    assert reads_of(scripted, [["x", "y"], ["y"]]) == [LabelRead([0.5, 0.0]), LabelRead([0.0])]
