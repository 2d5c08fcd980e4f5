"""/invocations, the route that SageMaker calls: the body determines the family."""

import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ...vllm import routes
from ...vllm.routes import Route
from ..body_kinds import Problem
from ..endpoint import Endpoint
from ..generation_endpoint import GenerationEndpoint
from ..pooled_endpoint import PooledEndpoint
from ..replies import ReceivedRequest
from ..request_checks import Refusal, read_json
from ..server_state import ServerState
from .chat import CHAT
from .classification import CLASSIFY
from .completions import COMPLETIONS
from .embeddings import EMBEDDINGS
from .pooling import POOLING
from .scoring import RERANK, SCORE

# In the order in which vLLM tries them.
_FAMILIES: Mapping[Route, GenerationEndpoint | PooledEndpoint] = {
    routes.CHAT_COMPLETIONS: CHAT,
    routes.COMPLETIONS: COMPLETIONS,
    routes.EMBEDDINGS: EMBEDDINGS,
    routes.CLASSIFY: CLASSIFY,
    routes.RERANK: RERANK,
    routes.SCORE: SCORE,
    routes.POOLING: POOLING,
}
_ADAPTER = "x-amzn-sagemaker-adapter-identifier"


class Invocations(Endpoint):
    """Forward requests to their family. A header names the model; `model` is ignored."""

    def chosen(
        self, request: ReceivedRequest, state: ServerState
    ) -> tuple[Endpoint, ReceivedRequest]:
        body = {name: value for name, value in read_json(request).items() if name != "model"}
        if _ADAPTER in request.headers:
            body["model"] = request.headers[_ADAPTER]
        return _family(body, state), evolve(request, body=json.dumps(body).encode())


def _family(body: Mapping[str, Any], state: ServerState) -> Endpoint:
    offered = [(route, one) for route, one in _FAMILIES.items() if route in state.routes]
    for route, endpoint in offered:
        # The schema of completions accepts any object, so it is used only for bodies with a prompt.
        is_other = (
            route is routes.COMPLETIONS and "prompt" not in body and endpoint is not offered[-1][1]
        )
        problems: list[Problem] = []
        endpoint.shape.read(body, "body", problems)
        if not problems and not is_other:
            return endpoint
    known = [route.path for route, _ in offered]
    raise Refusal(f"Cannot find suitable handler for request. Expected one of: {known}")


INVOCATIONS = Invocations()
