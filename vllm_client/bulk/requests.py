"""A row of a bulk run: the request from the input, and the row to send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from ..codec.json_codec import dumps
from ..vllm.routes import Route


@attrs.frozen
class BulkRequest:
    """A row of the input, as a request.

    Attributes:
        route: The route of the request.
        body: The JSON object to send.
        custom_id: The caller's name for the row; None if it has none.
    """

    route: Route
    body: Mapping[str, Any] = attrs.field(repr=False)
    custom_id: str | None = None

    @classmethod
    def of(cls, route: Route, body: Mapping[str, Any], custom_id: str | None = None) -> BulkRequest:
        """Build a request from Python values; its body is converted to plain JSON values.

        Different Python values can have the same JSON: tuples and lists, keys that are numbers or
        strings, NumPy values. After this conversion equal JSON has equal hashes.

        Raises:
            RequestError: The body cannot be encoded as JSON.
        """
        return cls(route, json.loads(dumps(body)), custom_id)


@attrs.frozen
class BulkRow:
    """A row to send.

    Attributes:
        key: The name of the row in the output: its custom_id, or a key made from the body's hash.
        index: The position of the row in the input, from 0.
        route: The route of the request.
        body: The JSON object to send.
        custom_id: The caller's name for the row; None if it has none.
        body_hash: The hash of route and body, see `keys.body_hash`.
        failed_before: Whether an earlier run wrote the row to the errors file.
    """

    key: str
    index: int
    route: Route
    body: Mapping[str, Any] = attrs.field(repr=False)
    custom_id: str | None
    body_hash: str
    failed_before: bool = False

    @property
    def url(self) -> str:
        """The path as written in a batch file, such as /v1/chat/completions."""
        return self.route.full_path
