"""A row of a bulk run: the request that the caller gave, and the row that is to be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from ..codec.json_codec import dumps
from ..vllm.routes import Route


@attrs.frozen
class BulkRequest:
    """One row of the input as a request.

    Attributes:
        route: Where it goes.
        body: The JSON object to send.
        custom_id: The caller's name for it; None if it has none.
    """

    route: Route
    body: Mapping[str, Any] = attrs.field(repr=False)
    custom_id: str | None = None

    @classmethod
    def of(cls, route: Route, body: Mapping[str, Any], custom_id: str | None = None) -> BulkRequest:
        """A request made by Python code; its body becomes what a file would hold.

        Keys that are numbers, tuples and NumPy values have more than one form in Python but only
        one in JSON, and the hash of a body must not depend on it.

        Raises:
            RequestError: The body cannot be written as JSON.
        """
        return cls(route, json.loads(dumps(body)), custom_id)


@attrs.frozen
class BulkRow:
    """One row that is to be sent.

    Attributes:
        key: The name of the row in the output: custom_id, or else made of the body's hash.
        index: The number of the row in the input, from 0.
        route: Where it goes.
        body: The JSON object to send.
        custom_id: The caller's name for it; None if it has none.
        body_hash: 128 bits of the route and the body, in hexadecimal digits.
        failed_before: Whether an earlier run wrote it to the errors file.
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
        """The path as it stands in a batch file, such as /v1/chat/completions."""
        return self.route.full_path
