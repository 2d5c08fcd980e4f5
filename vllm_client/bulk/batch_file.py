"""Parse rows of input files: batch lines as OpenAI and vLLM define them, and rows for a template.

An invalid line is rejected here, before anything is sent; the error names the column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

import attrs

from ..codec.json_codec import without_halves
from ..errors import shortened
from ..vllm.routes import ROUTES, TRANSCRIPTIONS, TRANSLATIONS, Route
from .requests import BulkRequest

BULK_ROUTES: Mapping[str, Route] = {route.full_path: route for route in ROUTES if route.bulk}
"""The routes that batch lines may use, by the value of `url`."""

_NO_BATCH_LINE = (
    "missing; a batch line has custom_id, method, url and body. Rows of another form are for "
    "client.chat.completions.create().bulk(rows, output, body=…)"
)

_UPLOADS = frozenset({TRANSCRIPTIONS.full_path, TRANSLATIONS.full_path})


class LineError(ValueError):
    """A line of the input is invalid.

    Attributes:
        problem: A description of the problem.
        column: The position in the line, in characters from 1; None if there is no single position.
    """

    def __init__(self, problem: str, column: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.column = column


def parse_batch_line(text: str) -> BulkRequest:
    """Parse a batch line into a request. Raise LineError if it is invalid."""
    row = parse_json(text)
    if type(row) is not dict:
        raise LineError(f"expected a JSON object, got {shortened(repr(row), 40)}", 1)
    for field, check in _CHECKS.items():
        problem = check(row.get(field))
        if problem is not None:
            raise LineError(f"{field}: {problem}", column_of(text, field))
    custom_id = row.get("custom_id")
    if custom_id is not None:
        custom_id = without_halves(custom_id)
    return BulkRequest(BULK_ROUTES[row["url"]], row["body"], custom_id)


def parse_json(text: str) -> Any:
    """Decode a line of JSON. Raise LineError if it is invalid."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise LineError(f"not valid JSON: {error.msg}", error.colno) from error
    except (ValueError, RecursionError) as error:
        raise LineError(f"not valid JSON: {error}") from error


def column_of(text: str, field: str) -> int:
    """Return the column of a field in a JSON object, or of the object if it lacks the field."""
    start = _skip_blanks(text, 0)
    place = _skip_blanks(text, start + 1)
    while text[place] == '"':
        name, end = _DECODER.raw_decode(text, place)
        if name == field:
            return place + 1
        value_at = _skip_blanks(text, _skip_blanks(text, end) + 1)  # past the colon
        comma_at = _skip_blanks(text, _DECODER.raw_decode(text, value_at)[1])
        place = comma_at if text[comma_at] == "}" else _skip_blanks(text, comma_at + 1)
    return start + 1


_BLANKS = re.compile(r"[ \t\n\r]*")


def _skip_blanks(text: str, place: int) -> int:
    return _BLANKS.match(text, place).end()  # type: ignore[union-attr]  # matches any text, as the pattern accepts zero blanks


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


# Not orjson: it decodes integers of more than 64 bits as floats, and the hash of a row must be the
# same whether orjson is installed or not.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _problem_of_url(url: Any) -> str | None:
    if type(url) is str and url in BULK_ROUTES:
        return None
    if type(url) is not str:
        return _NO_BATCH_LINE if url is None else f"expected a path, got {shortened(repr(url), 80)}"
    if url in _UPLOADS:
        return f"{url} takes an upload, which a JSON line cannot hold"
    if "://" in url or url.startswith("//"):
        return "expected the path of a route; a full URL could send the API key to another server"
    longer = [route for route in BULK_ROUTES if route.startswith(f"{url}/")]
    near = longer or get_close_matches(url, BULK_ROUTES, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"expected one of {' '.join(BULK_ROUTES)}"
    return f"{shortened(url, 80)!r} is not a route for bulk files; {hint}"


def _problem_of_method(method: Any) -> str | None:
    return None if method == "POST" else _expected('"POST"', method)


def _problem_of_body(body: Any) -> str | None:
    if type(body) is not dict:
        return _expected("an object", body)
    if body.get("stream") not in (None, False):
        return "stream: bulk rows cannot be streamed; leave stream out"
    return None


def _problem_of_custom_id(custom_id: Any) -> str | None:
    if custom_id is None or (type(custom_id) is str and custom_id):
        return None
    return _expected("a string with at least one character", custom_id)


def _expected(what: str, value: Any) -> str:
    if value is None:
        return f"missing; expected {what}"
    return f"expected {what}, got {shortened(repr(value), 40)}"


_CHECKS: Mapping[str, Callable[[Any], str | None]] = {
    "url": _problem_of_url,
    "method": _problem_of_method,
    "body": _problem_of_body,
    "custom_id": _problem_of_custom_id,
}


@attrs.frozen
class Template:
    """Build requests from rows that are not batch lines, all for one route.

    Attributes:
        route: The route of the requests.
        body: A function that builds the JSON body from a row.
        key: The column of a row that becomes its custom_id; None for no custom_id.
    """

    route: Route
    body: Callable[[Any], Mapping[str, Any]]
    key: str | None = None

    def request_of(self, row: Any) -> BulkRequest:
        """Build the request of a row.

        Raises:
            LineError: The row lacks the column that `key` names.
            RequestError: The body cannot be encoded as JSON.
        """
        return BulkRequest.of(self.route, self.body(row), self._custom_id(row))

    def _custom_id(self, row: Any) -> str | None:
        if self.key is None:
            return None
        value = row.get(self.key) if isinstance(row, Mapping) else None
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return without_halves(str(value))
        if value is None:
            raise LineError(f"the row has no column {self.key!r} (named by key=)")
        raise LineError(f"{self.key}: expected a string or an integer, got {value!r:.40}")
