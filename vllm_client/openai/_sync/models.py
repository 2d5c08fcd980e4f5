# Generated from vllm_client/openai/_async/models.py by `python tests/tools/generate_sync.py`.
"""`client.models`."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

from typing_extensions import Unpack

from .._call import call_of
from .._exceptions import status_error
from .._http import request_of, response_of
from .._types import CallOptions
from ..types import Model
from .pages import SyncPage
from .resource import Resource
from .waiting import Pages, pages, to_raw_response, to_streamed_response


class Models(Resource):
    """GET /v1/models."""

    @cached_property
    def with_raw_response(self) -> ModelsWithRawResponse:
        """The same methods, but returning the HTTP response, whose `parse()` returns the result."""
        return ModelsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> ModelsWithStreamingResponse:
        """The same methods as context managers that yield the unread HTTP response."""
        return ModelsWithStreamingResponse(self)

    def list(self, **options: Unpack[CallOptions]) -> Pages[Model]:
        """List the models and LoRA adapters of the server.

        Raises:
            OpenAIError: The request failed.
        """
        call = call_of(
            "GET", "/models", options, cast_to=SyncPage, finish=partial(SyncPage.of, item=Model)
        )
        found: Pages[Model] = pages(partial(self._client._send, call))
        return found

    def retrieve(self, model: str, **options: Unpack[CallOptions]) -> Model:
        """Return the model with this name, from the list of models.

        Raises:
            NotFoundError: The server has no such model.
            OpenAIError: The request failed.
        """
        call = call_of(
            "GET", "/models", options, cast_to=SyncPage, finish=partial(self._found, model)
        )
        found: Model = self._client._send(call)
        return found

    def _found(self, name: str, page: Any) -> Model:
        models: SyncPage[Model] = SyncPage.of(page, item=Model)
        for model in models.data:
            if model.id == name:
                return model
        text = f"The model `{name}` does not exist."
        body = {"message": text, "type": "NotFoundError", "param": "model", "code": 404}
        url = self._client._options.base_url.join(f"models/{name}")
        response = response_of(request_of("GET", url), 404, {}, b"")
        raise status_error(f"Error code: 404 - {text}", response=response, body=body)


class ModelsWithRawResponse:
    """`client.models.with_raw_response`."""

    def __init__(self, models: Models) -> None:
        self.list = to_raw_response(models.list)
        self.retrieve = to_raw_response(models.retrieve)


class ModelsWithStreamingResponse:
    """`client.models.with_streaming_response`."""

    def __init__(self, models: Models) -> None:
        self.list = to_streamed_response(models.list)
        self.retrieve = to_streamed_response(models.retrieve)
