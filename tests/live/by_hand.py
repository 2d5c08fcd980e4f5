"""Requests sent with the standard library only."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


def by_hand(root: str, method: str, path: str, body: Any = None) -> str:
    """Return the text of an answer with status 200."""
    connection = HTTPConnection(urlsplit(root).netloc, timeout=60)
    headers = {"content-type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 200, text
    return text


def payloads(stream: str) -> list[Any]:
    """Return the JSON of each event of a stream of named events."""
    return [json.loads(line[6:]) for line in stream.split("\n") if line.startswith("data: ")]
