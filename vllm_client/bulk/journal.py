"""Format and parse lines of the output, which is also the journal of a run.

A line has the form of vLLM's batch output, with `vllm_client` as an additional first key:

    {"vllm_client":{"key":…,"index":…,"url":…,"body_hash":…,"attempts":…,"seconds":…},
     "id":…,"custom_id":…,"response":{"status_code":200,"request_id":…,"body":…},"error":null}

README.md beside this file documents the format. A run that continues finds the keys of finished
rows by matching bytes; it decodes JSON only for lines that another program has rewritten.
"""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from typing import Any

import attrs

from ..codec.json_codec import dumps, loads
from ..errors import ApiError, VllmError
from .keys import without_salt
from .requests import BulkRow

_START = b'{"vllm_client":{'
_END_OF_SUCCESS = b',"error":null}\n'
_HEAD = re.compile(
    rb'\{"vllm_client":\{"key":("(?:[^"\\\n]|\\.)*"),"index":([0-9]+),"url":"([^"\\\n]*)",'
    rb'"body_hash":"([0-9a-f]{32})","'
)
# Max bytes of a line's head (the part that _HEAD matches) without the key.
MAX_HEAD_BYTES = 512


class LineKind(Enum):
    """The kinds of lines in an output."""

    SUCCESS = auto()
    FAILURE = auto()
    BLANK = auto()
    DAMAGED = auto()
    TORN = auto()
    """The last line, written by this package, is incomplete."""


@attrs.frozen
class LineHead:
    """The fields at the start of a line, which identify its row.

    Attributes:
        token: The key of the row, as JSON.
        index: The position of the row in the input of the run that wrote the line.
        url: The path of the route.
        body_hash: The hash of route and body, see `keys.body_hash`.
    """

    token: bytes
    index: int
    url: str
    body_hash: str

    @property
    def key(self) -> str:
        """The key of the row."""
        return str(json.loads(self.token))


def key_token(key: str) -> bytes:
    """Encode a key as JSON, as it is written in a line."""
    return dumps(key)


def success_line(
    row: BulkRow, answer: bytes, *, attempts: int, seconds: float, request_id: str, line_id: str
) -> bytes:
    """Format the line of a successful row.

    Args:
        row: The row.
        answer: The JSON that the server sent.
        attempts: The number of times that the row was sent.
        seconds: The time from the first attempt to the end of the response.
        request_id: The X-Request-Id of the last attempt; "" if unknown.
        line_id: Used for the `id` of the line, and for `request_id` if that is unknown.
    """
    return b"".join(
        (
            _opening(row, attempts, seconds, line_id),
            b'"response":{"status_code":200,"request_id":',
            dumps(request_id or _made_id(line_id)),
            b',"body":',
            _in_one_line(answer),
            b"}",
            _END_OF_SUCCESS,
        )
    )


def failure_line(
    row: BulkRow, error: VllmError, *, attempts: int, seconds: float, line_id: str, with_body: bool
) -> bytes:
    """Format the line of a failed row.

    Args:
        row: The row.
        error: The error of the row.
        attempts: The number of times that the row was sent.
        seconds: The time from the first attempt to the error.
        line_id: Used for the `id` of the line.
        with_body: Whether to include the request, so that the line can be used as input again.
    """
    request: dict[str, Any] = {}
    if with_body:
        request = {"method": "POST", "url": row.url, "body": without_salt(row.body)}
    response = _response_of(error, line_id)
    rest = {**request, "response": response, "error": {"error": _reported(error)}}
    return _opening(row, attempts, seconds, line_id) + dumps(rest)[1:] + b"\n"


def _opening(row: BulkRow, attempts: int, seconds: float, line_id: str) -> bytes:
    """Format the start of a line, up to `custom_id`."""
    key = key_token(row.key)
    return b"".join(
        (
            b'{"vllm_client":{"key":%b,"index":%d,' % (key, row.index),
            b'"url":"%b","body_hash":"%b",' % (row.url.encode(), row.body_hash.encode()),
            b'"attempts":%d,"seconds":%.3f},' % (attempts, seconds),
            b'"id":"vllm-%b","custom_id":%b,' % (line_id.encode(), key),
        )
    )


def _response_of(error: VllmError, line_id: str) -> dict[str, Any] | None:
    """Return `response` as vLLM writes it for an error status; None for an error without status."""
    if not isinstance(error, ApiError):
        return None
    request_id = error.request_id or _made_id(line_id)
    return {"status_code": error.code, "request_id": request_id, "body": None}


def _made_id(line_id: str) -> str:
    """Return a request id in the form of vLLM's run-batch."""
    return f"vllm-batch-{line_id}"


def _reported(error: VllmError) -> dict[str, Any]:
    """Return the fields of an error as vLLM reports it."""
    if isinstance(error, ApiError):
        kind = error.type or type(error).__name__
        return {"message": error.message, "type": kind, "param": error.param, "code": error.code}
    kind = type(error).__name__
    return {"message": error.message, "type": kind, "param": None, "code": error.status}


def _in_one_line(answer: bytes) -> bytes:
    """Replace line ends in JSON by spaces; JSON strings contain them only as escape sequences."""
    try:
        text = answer.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = answer.decode("utf-8-sig", "replace")
    return text.strip().replace("\r", " ").replace("\n", " ").encode()


def parse_head(start: bytes) -> LineHead | None:
    """Parse the head of a line; None if another program has rewritten the line."""
    match = _HEAD.match(start)
    if match is None:
        return None
    return LineHead(_normal(match[1]), int(match[2]), match[3].decode(), match[4].decode())


def _normal(token: bytes) -> bytes:
    """Return a key as this package encodes it; another program may escape other characters."""
    return key_token(json.loads(token)) if b"\\" in token else token


def classify(line: bytes) -> tuple[LineKind, bytes]:
    """Return the kind of a line, and the key of its row as JSON (empty if it has no row).

    Args:
        line: The line with its line end, which only the last line of a file may lack.
    """
    match = _HEAD.match(line)
    # Without the line end between them, two lines look like one line with a second _START. A JSON
    # string cannot contain _START, because its quotation marks would be escaped.
    if match and line.endswith(_END_OF_SUCCESS) and line.rfind(_START) == 0:
        return LineKind.SUCCESS, _normal(match[1])
    if not line.endswith(b"\n"):
        return (LineKind.TORN if _may_be_ours(line) else LineKind.DAMAGED), b""
    if not line.strip():
        return LineKind.BLANK, b""
    try:
        head, succeeded = _read_fields(loads(line.decode()))
    except (ValueError, RecursionError):
        return LineKind.DAMAGED, b""
    return (LineKind.SUCCESS if succeeded else LineKind.FAILURE), head.token


def read_head(line: bytes) -> LineHead:
    """Parse the head of a complete line in any form. Raise ValueError if there is none."""
    return parse_head(line) or _read_fields(loads(line.decode()))[0]


def split_success(line: bytes) -> tuple[dict[str, Any], bytes] | None:
    """Split the line of a successful row without decoding the answer.

    Returns:
        The fields of `vllm_client`, and the JSON of the answer; None for the line of a failed row,
        and for a line that another program has rewritten.

    Raises:
        ValueError: The line is damaged.
    """
    if not (line.startswith(_START) and line.endswith(_END_OF_SUCCESS)):
        return None
    # Neither delimiter can be part of a JSON string, where its quotation marks would be escaped.
    end, answer = line.find(b'},"id":"'), line.find(b',"body":')
    if not 0 < end < answer:
        return None
    ours = loads(line[len(_START) - 1 : end + 1].decode())
    return ours, line[answer + len(b',"body":') : -len(_END_OF_SUCCESS) - 1]


def _read_fields(fields: Any) -> tuple[LineHead, bool]:
    """Return the head of a decoded line, and whether its row succeeded. Raise ValueError."""
    try:
        ours, response, error = fields["vllm_client"], fields["response"], fields["error"]
        key, index, url, body_hash = (ours[name] for name in ("key", "index", "url", "body_hash"))
    except (KeyError, TypeError) as missing:
        raise ValueError(f"not a line of a bulk run: {missing}") from missing
    strings = type(key) is type(url) is type(body_hash) is str
    if not strings or type(index) is not int or (response is None and error is None):
        raise ValueError("not a line of a bulk run: a field has a wrong type")
    return LineHead(key_token(key), index, url, body_hash), error is None


def _may_be_ours(start: bytes) -> bool:
    """Return whether an incomplete line may have been written by this package."""
    return start.startswith(_START) or _START.startswith(start)
