"""The base of all resources."""

from __future__ import annotations

from .requests import AsyncRequests


class AsyncResource:
    """A group of methods with the client that sends their calls."""

    def __init__(self, client: AsyncRequests) -> None:
        self._client = client
