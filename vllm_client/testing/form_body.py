"""Form bodies with files, of type multipart/form-data (RFC 7578)."""

import re
from collections.abc import Iterator

from attrs import frozen

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_NAME = re.compile(rb'[;\s]name="([^"]*)"', re.IGNORECASE)
_FILE_NAME = re.compile(rb'[;\s]filename\*?="?([^";\r\n]*)"?', re.IGNORECASE)


@frozen
class FormFile:
    """A file in a form."""

    name: str
    content: bytes


def boundary_of(content_type: str) -> str | None:
    """Return the boundary of a multipart body; None if the content type has none."""
    found = _BOUNDARY.search(content_type)
    return found[1].strip() if found else None


def fields_of(body: bytes, boundary: str) -> dict[str, str | FormFile]:
    """Return the parts of a body by name; of several with the same name, the last."""
    return dict(_fields(body, b"\r\n--" + boundary.encode()))


def _fields(body: bytes, delimiter: bytes) -> Iterator[tuple[str, str | FormFile]]:
    for part in (b"\r\n" + body).split(delimiter)[1:]:
        if part.startswith(b"--"):
            return
        head, _, content = part.partition(b"\r\n\r\n")
        name, file_name = _NAME.search(head), _FILE_NAME.search(head)
        if name is None:
            continue
        text = content.decode("utf-8", "replace")
        file = FormFile(file_name[1].decode("utf-8", "replace"), content) if file_name else None
        yield name[1].decode("utf-8", "replace"), text if file is None else file
