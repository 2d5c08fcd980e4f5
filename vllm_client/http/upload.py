"""A file of a form: its name, content and media type."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from .media_types import AUDIO_OF, media_type_of

Octets: TypeAlias = bytes | bytearray | memoryview

# Bytes at the start of a file that are looked at to find its media type.
_SNIFFED_BYTES = 4096


@attrs.frozen
class Upload:
    """A file as it is sent. Its content is not copied."""

    name: str
    content: Octets = attrs.field(repr=False)
    media_type: str

    @classmethod
    def of(cls, content: Octets, name: str = "file") -> Upload:
        """The content with the media type that its first bytes show."""
        found = media_type_of(bytes(content[:_SNIFFED_BYTES])) or "application/octet-stream"
        return cls(name, content, AUDIO_OF.get(found, found))
