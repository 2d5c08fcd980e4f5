"""A file to upload: its name, content and media type."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from .media_types import AUDIO_OF, media_type_of

Octets: TypeAlias = bytes | bytearray | memoryview

# The number of bytes at the start of a file that are examined to detect its media type.
_SNIFFED_BYTES = 4096


@attrs.frozen
class Upload:
    """A file to send in a form. Its content is not copied."""

    name: str
    content: Octets = attrs.field(repr=False)
    media_type: str

    @classmethod
    def of(cls, content: Octets, name: str = "file") -> Upload:
        """Return an upload with the media type detected from the first bytes."""
        found = media_type_of(bytes(content[:_SNIFFED_BYTES])) or "application/octet-stream"
        return cls(name, content, AUDIO_OF.get(found, found))
