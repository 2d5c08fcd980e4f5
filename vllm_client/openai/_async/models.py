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
from .pages import AsyncPage
from .resource import AsyncResource
from .waiting import Pages, pages, to_raw_response, to_streamed_response


class AsyncModels(AsyncResource):
    """GET /v1/models."""

    @cached_property
    def with_raw_response(self) -> AsyncModelsWithRawResponse:
        """The same methods, but returning the HTTP response, whose `parse()` returns the result."""
        return AsyncModelsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> AsyncModelsWithStreamingResponse:
        """The same methods as context managers that yield the unread HTTP response."""
        return AsyncModelsWithStreamingResponse(self)

    def list(self, **options: Unpack[CallOptions]) -> Pages[Model]:
        """List the models and LoRA adapters of the server.

        Raises:
            OpenAIError: The request failed.
        """
        call = call_of(
            "GET", "/models", options, cast_to=AsyncPage, finish=partial(AsyncPage.of, item=Model)
        )
        found: Pages[Model] = pages(partial(self._client._send, call))
        return found

    async def retrieve(self, model: str, **options: Unpack[CallOptions]) -> Model:
        """Return the model with this name, from the list of models.

        Raises:
            NotFoundError: The server has no such model.
            OpenAIError: The request failed.
        """
        call = call_of(
            "GET", "/models", options, cast_to=AsyncPage, finish=partial(self._found, model)
        )
        found: Model = await self._client._send(call)
        return found

    def _found(self, name: str, page: Any) -> Model:
        models: AsyncPage[Model] = AsyncPage.of(page, item=Model)
        for model in models.data:
            if model.id == name:
                return model
        text = f"The model `{name}` does not exist."
        body = {"message": text, "type": "NotFoundError", "param": "model", "code": 404}
        url = self._client._options.base_url.join(f"models/{name}")
        response = response_of(request_of("GET", url), 404, {}, b"")
        raise status_error(f"Error code: 404 - {text}", response=response, body=body)


class AsyncModelsWithRawResponse:
    """`client.models.with_raw_response`."""

    def __init__(self, models: AsyncModels) -> None:
        self.list = to_raw_response(models.list)
        self.retrieve = to_raw_response(models.retrieve)


class AsyncModelsWithStreamingResponse:
    """`client.models.with_streaming_response`."""

    def __init__(self, models: AsyncModels) -> None:
        self.list = to_streamed_response(models.list)
        self.retrieve = to_streamed_response(models.retrieve)
