"""Detect the media type of images, audio and video from their first bytes, never by file name."""

from __future__ import annotations

# Bytes at the very start -> media type.
STARTS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"OggS": "audio/ogg",
    b"\0\0\x01\xba": "video/mpeg",  # a program stream
    b"\0\0\x01\xb3": "video/mpeg",  # a bare video stream
}

# RIFF: the four bytes at offset 8 -> media type.
RIFF_FORMS = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}

# ISO base media (ISO/IEC 14496-12): the major brand of the ftyp box -> media type. Files of other
# major brands are MP4 video, even if M4A is among their compatible brands.
MAJOR_BRANDS = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime"}

# An image is recognized by any of its brands, major or compatible. If a file has several of these
# brands, the first one in this table counts.
IMAGE_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"hevx": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
}

# Video containers that may contain only audio.
AUDIO_OF = {
    "video/mp4": "audio/mp4",
    "video/quicktime": "audio/mp4",
    "video/webm": "audio/webm",
    "video/x-matroska": "audio/x-matroska",
}

# The possible header sizes of a Windows bitmap; checked because a text may begin with "BM".
BITMAP_HEADER_SIZES = (12, 16, 40, 52, 56, 64, 108, 124)


def media_type_of(content: bytes) -> str | None:
    """Detect a media type from the first bytes; return None if the format is unknown."""
    looks = (_start, _riff, _iso_media, _matroska, _bitmap, _quicktime, _mpeg_audio)
    return next(filter(None, (look(content) for look in looks)), None)


def _start(content: bytes) -> str | None:
    return next((kind for start, kind in STARTS.items() if content.startswith(start)), None)


def _riff(content: bytes) -> str | None:
    return RIFF_FORMS.get(content[8:12]) if content[:4] in (b"RIFF", b"RF64") else None


def _iso_media(content: bytes) -> str | None:
    if content[4:8] != b"ftyp":
        return None
    box = content[8 : min(int.from_bytes(content[:4]), 256)]
    brands = {box[at : at + 4] for at in range(0, len(box), 4)}
    image_types = (kind for brand, kind in IMAGE_BRANDS.items() if brand in brands)
    return next(image_types, None) or MAJOR_BRANDS.get(box[:4], "video/mp4")


def _matroska(content: bytes) -> str | None:
    if not content.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    return "video/webm" if b"webm" in content[:64] else "video/x-matroska"


def _bitmap(content: bytes) -> str | None:
    size = int.from_bytes(content[14:18], "little")
    return "image/bmp" if content[:2] == b"BM" and size in BITMAP_HEADER_SIZES else None


def _quicktime(content: bytes) -> str | None:
    # MOV files older than the ftyp box
    old = content[4:8] in (b"moov", b"mdat") or content[:8] == b"\0\0\0\x08wide"
    return "video/quicktime" if old else None


def _mpeg_audio(content: bytes) -> str | None:
    """Detect MP3, AAC and FLAC by their first frame, after an optional ID3 tag.

    The frame headers are defined in ISO/IEC 11172-3 and 13818-7.
    """
    tagged = content.startswith(b"ID3")
    start = 10 + _synchsafe(content[6:10]) if tagged else 0
    frame = content[start : start + 4].ljust(4, b"\0")
    if frame == b"fLaC":
        return "audio/flac"
    if frame[0] == 0xFF and frame[1] & 0xF6 == 0xF0:
        return "audio/aac"
    layer_3 = frame[0] == 0xFF and frame[1] & 0xE6 == 0xE2
    possible = frame[2] >> 4 != 0xF and frame[2] & 0x0C != 0x0C  # bit rate, sampling rate
    return "audio/mpeg" if tagged or (layer_3 and possible) else None


def _synchsafe(size: bytes) -> int:
    """Decode the size of an ID3v2 tag, which has seven bits in each byte."""
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(reversed(size)))
