"""A model that accepts images: bytes, a file, a data URL, and two images at once."""

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live.drivers import Driver
from vllm_client import ApiError, audio_embeds, image, image_embeds, text, user, video_embeds

RED, BLUE = (255, 0, 0), (0, 0, 255)


def _png(colour: tuple[int, int, int], size: int = 32) -> bytes:
    """Return a square of one colour."""
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(colour) * size) * size
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_part(*part) for part in parts)


def _png_part(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def _from_bytes(folder: Path) -> Any:
    return _png(RED)


def _from_path(folder: Path) -> Any:
    file = folder / "picture.jpeg"  # a wrong extension: the type is detected from the content
    file.write_bytes(_png(RED))
    return file


def _from_data_url(folder: Path) -> Any:
    return "data:image/png;base64," + b64encode(_png(RED)).decode()


def _options(*parts: Any) -> dict[str, Any]:
    return {"model": "vlm", "messages": [user(*parts)], "temperature": 0, "max_tokens": 40}


@pytest.mark.parametrize("source", [_from_bytes, _from_path, _from_data_url])
def test_one_picture(idefics3: Driver, tmp_path: Path, source: Callable[[Path], Any]) -> None:
    options = _options(text("What is this?"), image(source(tmp_path)))
    response = idefics3.call(lambda client: client.chat.completions.create(**options))
    heard = idefics3.hear(lambda client: client.chat.completions.stream(**options))
    assert response.content == heard.response.content == "A red square."


def test_two_pictures(idefics3: Driver) -> None:
    options = _options(image(_png(RED)), text(" and "), image(_png(BLUE)), text("Compare."))
    response = idefics3.call(lambda client: client.chat.completions.create(**options))
    assert response.content == "A red square and a blue square."


@pytest.mark.parametrize(
    "part",
    [image_embeds(b"x"), audio_embeds(b"x"), video_embeds(b"x", audio=b"x")],
    ids=lambda part: str(part["type"]),
)
def test_image_embeddings_need_a_server_that_allows_them(idefics3: Driver, part: Any) -> None:
    options = _options(part)
    with pytest.raises(ApiError, match=f"--enable-mm-embeds` to input `{part['type']}`") as caught:
        idefics3.call(lambda client: client.chat.completions.create(**options))
    assert caught.value.code == 400
