"""The probabilities of the answers to a question, for the decision routes."""

from collections.abc import Mapping, Sequence
from itertools import cycle, islice

from attrs import frozen

from ..pooled_endpoint import PooledRequest
from ..replies import Labels
from ..request_checks import Refusal
from ..server_state import ServerState
from ..vectors import probabilities_of

# An invented value for the total probability of all answers.
LABEL_MASS = 0.90625


def check_task(name: str, state: ServerState) -> None:
    """Raise `Refusal` unless the model generates."""
    if state.settings.task not in (None, "generate"):
        message = f"The model does not support the {name}"
        raise Refusal(message, code=501, type="NotImplementedError")


@frozen
class LabelRead:
    """The probabilities of the answers to a question. They add up to 1, except in scripts."""

    probabilities: Sequence[float]

    @property
    def best(self) -> int:
        return self.probabilities.index(max(self.probabilities))

    @property
    def confidence(self) -> float:
        return self.probabilities[self.best] * LABEL_MASS

    @property
    def expected(self) -> float:
        """The mean index of the answers, weighted by their probabilities."""
        return sum(position * share for position, share in enumerate(self.probabilities))


def reads_of(request: PooledRequest, options: Sequence[Sequence[str]]) -> list[LabelRead]:
    """Return the probabilities for each question, scripted or derived from the texts.

    `options` has the names of the answers to each question.
    """
    if isinstance(request.reply, Labels):
        given = islice(cycle(request.reply.probabilities), len(options))
        return [_given(one, names) for one, names in zip(given, options, strict=True)]
    return [
        LabelRead(probabilities_of(tokens, len(names)) if len(names) > 1 else [1.0])
        for tokens, names in zip(request.inputs, options, strict=True)
    ]


def _given(probabilities: Mapping[str, float], names: Sequence[str]) -> LabelRead:
    """Return scripted probabilities; a name that the script omits has probability 0."""
    return LabelRead([probabilities.get(name, 0.0) for name in names])
