"""NAME.run.json: a description of a run for people, which no later run reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from ..api.common import sampling
from ..codec.json_codec import dumps
from .requests import BulkRequest
from .resume import BulkCounts

# Body fields that control how answers are generated; none of them holds a prompt or a secret.
_PARAMETERS = frozenset(
    {
        "model",
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "n",
        "reasoning_effort",
        "dimensions",
        "encoding_format",
        "top_n",
    }
).union(
    *(
        kind.__optional_keys__
        for kind in vars(sampling).values()
        if hasattr(kind, "__optional_keys__")
    )
)
_MAX_VALUE_BYTES = 256


@attrs.define
class Parameters:
    """The model and the sampling parameters of all rows of one route.

    Attributes:
        common: The parameters that are equal in all rows, with their values.
        varying: The names of the parameters that differ between rows.
    """

    common: dict[str, Any]
    varying: set[str] = attrs.field(factory=set)

    def add(self, found: Mapping[str, Any]) -> None:
        """Add the parameters of a row."""
        if found == self.common:
            return
        differing = {
            name
            for name in found.keys() | self.common.keys()
            if found.get(name, _MISSING) != self.common.get(name, _MISSING)
        }
        self.varying |= differing
        for name in differing & self.common.keys():
            del self.common[name]


_MISSING = object()


class Manifest:
    """The description of a run.

    Args:
        started: The start time, in the format of RFC 3339.
        output: The name of the output.
        input_path: The name of the input; None if it is not a file.
        input_size: The size of the input in bytes; None if unknown.
        versions: The versions of the software involved, by name.
    """

    def __init__(
        self,
        *,
        started: str,
        output: str,
        input_path: str | None,
        input_size: int | None,
        versions: Mapping[str, str],
    ) -> None:
        self._started = started
        self._output = output
        self._input = None if input_path is None else {"path": input_path, "bytes": input_size}
        self._versions = versions
        self._parameters: dict[str, Parameters] = {}

    def add(self, request: BulkRequest) -> None:
        """Add the parameters of a row."""
        body = request.body
        found = {name: body[name] for name in _PARAMETERS & body.keys()}
        known = self._parameters.get(request.route.full_path)
        if known is None:
            self._parameters[request.route.full_path] = Parameters(found)
        else:
            known.add(found)

    def to_json(self, counts: BulkCounts, finished: str | None, *, complete: bool) -> bytes:
        """Return the content of the file.

        Args:
            counts: The counts of rows so far.
            finished: The end time; None if the run has not ended.
            complete: Whether every row of the input is finished: answered or failed.
        """
        fields = {
            "output": self._output,
            "input": self._input,
            "started": self._started,
            "finished": finished,
            "complete": complete,
            "versions": self._versions,
            "routes": {url: _described(known) for url, known in self._parameters.items()},
            "counts": attrs.asdict(counts),
        }
        return json.dumps(fields, indent=2).encode() + b"\n"


def _described(known: Parameters) -> dict[str, Any]:
    shown = {name: _shown(value) for name, value in sorted(known.common.items())}
    return {"parameters": shown, "varying": sorted(known.varying)}


def _shown(value: Any) -> Any:
    return value if len(dumps(value)) <= _MAX_VALUE_BYTES else "(long)"
