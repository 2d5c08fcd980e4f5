# Generated from vllm_client/openai/_async/resource.py by `python tests/tools/generate_sync.py`.
"""The base of all resources."""

from __future__ import annotations

from .requests import Requests


class Resource:
    """A group of methods with the client that sends their calls."""

    def __init__(self, client: Requests) -> None:
        self._client = client
