"""Request bodies in a form that is readable in the file and comparable for matching."""

import json
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from typing import Any

from . import pieces


def readable_body(content_type: str, body: bytes) -> dict[str, Any]:
    """Return `{"json": …}`, `{"parts": […]}` for multipart/form-data, `{"text": …}`, or `{}`.

    JSON is recognised by parsing the body, whatever the content type. `{}` means no body.
    """
    if not body:
        return {}
    boundary = _headers(f"content-type: {content_type}").get_boundary()
    if boundary is not None:
        return {"parts": list(_parts(body, boundary.encode("latin-1", "replace")))}
    try:
        return {"json": json.loads(body)}
    except (ValueError, RecursionError):
        return {"text": pieces.to_json(body)}


def _headers(text: str) -> Message:
    return HeaderParser().parsestr(text)


def _parts(body: bytes, boundary: bytes) -> Iterator[dict[str, Any]]:
    """Yield the parts of a multipart body, without the preamble and the epilogue."""
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if part.startswith(b"--"):
            return
        head, _, content = part.partition(b"\r\n\r\n")
        yield {
            **_described(head.decode("utf-8", "replace").strip()),
            "content": pieces.to_json(content),
        }


def _described(head: str) -> dict[str, str]:
    headers = _headers(head)
    described = {
        "name": headers.get_param("name", header="content-disposition"),
        "filename": headers.get_filename(),
        "content_type": headers["content-type"],
    }
    return {key: str(value) for key, value in described.items() if value is not None}
