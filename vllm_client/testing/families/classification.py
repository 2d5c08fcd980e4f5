"""/classify: probabilities of the classes for each text."""

from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

from .. import pooled_shapes
from ..pooled_endpoint import PooledEndpoint, PooledRequest, texts_of
from ..replies import Labels
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from ..vectors import probabilities_of, rounded

Classes = list[tuple[Sequence[str], list[float]]]


def classes_for(request: PooledRequest, state: ServerState) -> Classes:
    """Return labels and probabilities for each text, scripted or derived from the text."""
    if isinstance(request.reply, Labels):
        given = islice(cycle(request.reply.probabilities), len(request.inputs))
        return [(list(one), rounded(list(one.values()))) for one in given]
    labels = state.settings.labels
    return [(labels, probabilities_of(tokens, len(labels))) for tokens in request.inputs]


def _write(request: PooledRequest, state: ServerState) -> SocketResponse:
    data = [
        _class(index, labels, probabilities)
        for index, (labels, probabilities) in enumerate(classes_for(request, state))
    ]
    return json_answer({**request.frame, "data": data, "usage": request.usage})


def _class(index: int, labels: Sequence[str], probabilities: list[float]) -> dict[str, Any]:
    return {
        "index": index,
        "label": labels[probabilities.index(max(probabilities))],
        "probs": probabilities,
        "num_classes": len(labels),
    }


CLASSIFY = PooledEndpoint(
    stem="classify-",
    shape=pooled_shapes.CLASSIFY,
    check=lambda body, state: None,
    inputs=texts_of,
    write=_write,
    accepts=(Labels,),
)
