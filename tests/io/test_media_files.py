"""Content parts made from images, audio and video."""

import base64
import os
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from vllm_client._io import files
from vllm_client._io.files import MAX_MEDIA_BYTES, audio, image, video
from vllm_client.errors import RequestError
from vllm_client.http.media_types import media_type_of

# The first bytes of files written by Pillow, libsndfile and FFmpeg; of HEIC as in the standard.
IMAGES = {
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01",
    "image/gif": b"GIF87a\x08\0\x08\0\x81\0",
    "image/webp": b"RIFF<\0\0\0WEBPVP8 ",
    "image/bmp": b"BM\xf6\0\0\0\0\0\0\x006\0\0\0(\0\0\0\x08\0\0\0\x08\0\0\0",
    "image/tiff": b"II*\0\x08\0\0\0\n\0\0\x01",
    "image/avif": b"\0\0\0 ftypavif\0\0\0\0avifmif1miafMA1B",
    "image/heic": b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
    "image/heif": b"\0\0\0\x14ftypmif1\0\0\0\0mif1",
}
AUDIO = {
    "audio/wav": b"RIFF$}\0\0WAVEfmt ",
    "audio/mpeg": b"\xff\xf3\x88\xc4\0\0\0\0\0\0\0\0\0Xing",
    "audio/flac": b'fLaC\0\0\0"\x10\0\x10\0',
    "audio/ogg": b"OggS\0\x02\0\0\0\0\0\0\0\x004\x05",
    "audio/aac": b"\xff\xf1P\x80\x03\xdf\xfc\xde\x02\0Lavc62",
    "audio/mp4": b"\0\0\0\x1cftypM4A \0\0\x02\0M4A isomiso2",
}
VIDEOS = {
    "video/mp4": b"\0\0\0\x1cftypisom\0\0\x02\0isomiso2mp41",
    "video/quicktime": b"\0\0\0\x14ftypqt  \0\0\x02\0qt  \0\0\0\x08wide",
    "video/webm": (
        b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
    ),
    "video/x-matroska": (
        b"\x1aE\xdf\xa3\xa3B\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x88matroska"
    ),
    "video/x-msvideo": b"RIFF\xe6\x18\0\0AVI LIST",
    "video/mpeg": b"\0\0\x01\xba!\0\x01\0\x01\xc33g\0\0\x01\xbb",
}
VARIANTS = [
    ("image/gif", b"GIF89a\x08\0"),
    ("image/tiff", b"MM\0*\0\0\0\x08"),
    ("image/avif", b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf"),
    ("image/avif", b"\0\0\0\x18ftypavis\0\0\0\0avismsf1"),
    ("audio/wav", b"RF64\xff\xff\xff\xffWAVEds64"),
    ("audio/mpeg", b"ID3\x04\0\0\0\0\0\x0bTSSE\0\0\0\x01\0\0\x03\xff\xfbP"),
    ("audio/mpeg", b"ID3\x04\0\0\0\0\0#TSSE"),
    ("audio/mpeg", b"ID3"),
    ("audio/aac", b"ID3\x04\0\0\0\0\0\x02\0\0\xff\xf1P\x80"),
    ("audio/flac", b"ID3\x04\0\0\0\0\0\x02\0\0fLaC\0\0"),
    ("audio/mpeg", b"ID3\x04\0\0\0\0\x01\0" + b"\xff\xf1" + bytes(126) + b"\xff\xfbP"),
    ("video/mp4", b"\0\0\0\x1cftypM4V \0\0\x02\0M4V isomM4A "),
    ("video/mp4", b"\0\0\0\x14ftyp3gp4\0\0\x02\0isom"),
    ("video/quicktime", b"\0\0\x02\xaamoov\0\0\0lmvhd"),
    ("video/quicktime", b"\0\0\0\x08wide\0\0\x01[mdat"),
    ("video/mpeg", b"\0\0\x01\xb3\x04\0@\x13"),
]
UNKNOWN = [
    b"",
    b"BM, said the text, is no bitmap.",
    b"RIFF\0\0\0\0CDDAfmt ",
    b"the wide moors",
    b"\xff",
    b"\xff\xfe\x48\0",  # UTF-16 text
    b"\xff\xfb\xff\0",  # a reserved bit rate
    b"\xff\xfb\x5c\0",  # a reserved sampling rate
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"%PDF-1.7",
]


def data_url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    ("media_type", "content"), [*IMAGES.items(), *AUDIO.items(), *VIDEOS.items(), *VARIANTS]
)
def test_the_media_type_is_detected_from_the_first_bytes(media_type: str, content: bytes) -> None:
    assert media_type_of(content + bytes(300)) == media_type


@pytest.mark.parametrize("content", UNKNOWN)
def test_an_unknown_format_has_no_media_type(content: bytes) -> None:
    assert media_type_of(content) is None


@given(
    st.sampled_from([b"", *IMAGES.values(), *AUDIO.values(), *VIDEOS.values(), b"ID3"]),
    st.binary(max_size=400),
)
def test_any_bytes_have_a_media_type_or_none(start: bytes, rest: bytes) -> None:
    kind = media_type_of(start + rest)

    assert kind is None or kind.startswith(("image/", "audio/", "video/"))


@pytest.mark.parametrize(("media_type", "content"), IMAGES.items())
def test_an_image_is_sent_as_a_data_url(media_type: str, content: bytes) -> None:
    assert image(content) == {
        "type": "image_url",
        "image_url": {"url": data_url(media_type, content)},
    }


@pytest.mark.parametrize(("media_type", "content"), VIDEOS.items())
def test_a_video_is_sent_as_a_data_url(media_type: str, content: bytes) -> None:
    assert video(content) == {
        "type": "video_url",
        "video_url": {"url": data_url(media_type, content)},
    }


@pytest.mark.parametrize(("media_type", "name"), [("audio/wav", "wav"), ("audio/mpeg", "mp3")])
def test_wav_and_mp3_are_sent_as_input_audio(media_type: str, name: str) -> None:
    content = AUDIO[media_type]

    assert audio(content) == {
        "type": "input_audio",
        "input_audio": {"data": base64.b64encode(content).decode(), "format": name},
    }


@pytest.mark.parametrize("media_type", sorted(AUDIO.keys() - {"audio/wav", "audio/mpeg"}))
def test_other_audio_is_sent_as_a_data_url(media_type: str) -> None:
    content = AUDIO[media_type]

    assert audio(content) == {
        "type": "audio_url",
        "audio_url": {"url": data_url(media_type, content)},
    }


@pytest.mark.parametrize(
    ("container", "media_type"),
    [
        ("video/mp4", "audio/mp4"),
        ("video/quicktime", "audio/mp4"),
        ("video/webm", "audio/webm"),
        ("video/x-matroska", "audio/x-matroska"),
    ],
)
def test_a_video_container_passed_as_audio_is_audio(container: str, media_type: str) -> None:
    content = VIDEOS[container]

    assert audio(content)["audio_url"] == {"url": data_url(media_type, content)}


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a",
        "HTTPS://example.com/a.png?b=c#d",
        "data:image/png;base64,QUJD",
        "file:///srv/media/a.mp4",
    ],
)
@pytest.mark.parametrize(
    ("helper", "field"), [(image, "image_url"), (audio, "audio_url"), (video, "video_url")]
)
def test_a_url_is_sent_unchanged(helper: Any, field: str, url: str) -> None:
    assert helper(url) == {"type": field, field: {"url": url}}


def test_detail_and_uuid_are_sent_when_given() -> None:
    assert image("https://example.com/a", detail="high", uuid="cat") == {
        "type": "image_url",
        "image_url": {"url": "https://example.com/a", "detail": "high"},
        "uuid": "cat",
    }
    assert audio(AUDIO["audio/wav"], uuid="meow")["uuid"] == "meow"
    assert audio(AUDIO["audio/ogg"], uuid="meow")["uuid"] == "meow"
    assert audio("https://example.com/a", uuid="meow")["uuid"] == "meow"
    assert video("https://example.com/a", uuid="run")["uuid"] == "run"


@pytest.mark.parametrize("convert", [str, Path], ids=["str", "Path"])
def test_a_path_is_read_independent_of_its_extension(tmp_path: Path, convert: Any) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(IMAGES["image/png"])

    assert image(convert(path)) == image(IMAGES["image/png"])


def test_bytes_may_be_of_any_bytes_like_type() -> None:
    content = IMAGES["image/png"]

    assert image(bytearray(content)) == image(memoryview(content)) == image(content)


@pytest.mark.parametrize("name", ["absent.png", ".", "", "ftp://example.com/a.png", "a\0b"])
def test_an_unreadable_file_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(RequestError, match=r"image\(\): cannot read the file .* begins with http:"):
        image(name)


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(IMAGES["image/png"]).decode(),
        base64.b64encode(IMAGES["image/png"] * 30_000).decode(),
        base64.b64encode(IMAGES["image/jpeg"] * 9).decode(),  # the base64 begins with a slash
        base64.urlsafe_b64encode(IMAGES["image/jpeg"] * 9).decode(),
        base64.encodebytes(IMAGES["image/gif"] * 100).decode(),  # base64 with line breaks
        base64.b64encode(b"no image at all " * 30).decode(),
        "iVBORw0KGgo" * 100_000,
    ],
)
@pytest.mark.parametrize("helper", [image, audio, video])
def test_base64_passed_as_a_path_is_rejected_with_advice(helper: Any, text: str) -> None:
    with pytest.raises(
        RequestError, match=r"is base64, .* pass the bytes, or pass a data: URL"
    ) as raised:
        helper(text)

    shown = "".join(traceback.format_exception(raised.value))
    assert text[:16] in shown.replace("\\n", "\n")
    assert text[:40] not in shown.replace("\\n", "\n")


@pytest.mark.parametrize("name", ["absent", "abcd/efgh", "iVBORw0KGgo.png", "é" * 300, "a b" * 200])
def test_other_names_of_missing_files_are_not_taken_for_base64(name: str) -> None:
    with pytest.raises(RequestError, match=r"image\(\): cannot read the file"):
        image(name)


def test_a_file_whose_name_looks_like_base64_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = base64.urlsafe_b64encode(IMAGES["image/png"]).decode()
    Path(name).write_bytes(IMAGES["image/gif"])

    assert image(name) == image(IMAGES["image/gif"])


def test_base64_passed_as_bytes_is_rejected_with_advice() -> None:
    with pytest.raises(
        RequestError, match=r"contains base64: decode it, or pass a data: URL"
    ) as raised:
        image(base64.b64encode(IMAGES["image/png"]))

    assert "b'iVBORw0KGgoAAAAN'" in str(raised.value)


@pytest.mark.parametrize("helper", [image, audio, video])
def test_errors_contain_no_bytes_of_a_file(tmp_path: Path, helper: Any) -> None:
    path = tmp_path / "passwd"
    path.write_text("root:x:0:0:root:/root:/bin/bash\n")

    with pytest.raises(RequestError, match=r"passwd' contains an unknown format$") as raised:
        helper(str(path))

    assert "root:" not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("helper", [image, audio, video])
@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/tty", "/", "/proc"])
def test_a_file_that_is_not_regular_is_rejected(helper: Any, path: str) -> None:
    with pytest.raises(RequestError, match="it is not a regular file"):
        helper(path)


def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")

    with pytest.raises(RequestError, match="it is not a regular file"):
        image(tmp_path / "fifo")


def test_a_fifo_that_replaces_a_file_does_not_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    regular = (tmp_path / "file").stat()
    os.mkfifo(tmp_path / "fifo")
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", lambda _: regular)
        with pytest.raises(RequestError, match="it is not a regular file"):
            image(tmp_path / "fifo")


def test_a_link_to_a_regular_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(IMAGES["image/png"])
    (tmp_path / "link").symlink_to("picture")

    assert image(tmp_path / "link") == image(IMAGES["image/png"])


def test_a_file_above_the_limit_is_rejected_unread(tmp_path: Path) -> None:
    path = tmp_path / "sparse.png"
    with path.open("wb") as file:
        file.write(IMAGES["image/png"])
        file.truncate(MAX_MEDIA_BYTES + 1)

    with pytest.raises(RequestError, match="it is larger than 256 MiB"):
        image(path)


def test_a_file_that_hides_its_size_is_read_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # like files in /proc, which report size 0
    content = IMAGES["image/png"] + bytes(200_000)
    path = tmp_path / "growing.png"
    path.touch()
    empty = path.stat()
    path.write_bytes(content)
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", lambda _: empty)
        patch.setattr(os, "fstat", lambda _: empty)
        assert image(path) == image(content)
        patch.setattr(files, "MAX_MEDIA_BYTES", 100_000)
        with pytest.raises(RequestError, match="it is larger than"):
            image(path)


@pytest.mark.parametrize(
    ("helper", "content", "message"),
    [
        (
            image,
            b"%PDF-1.7",
            r"image\(\): the content contains an unknown format, beginning with b'%PDF",
        ),
        (image, b"", r"image\(\): the content contains no bytes"),
        (image, AUDIO["audio/mpeg"], r"image\(\): the content contains audio/mpeg"),
        (audio, IMAGES["image/png"], r"audio\(\): the content contains image/png"),
        (audio, b"", r"audio\(\): the content contains no bytes"),
        (video, AUDIO["audio/mp4"], r"video\(\): the content contains audio/mp4"),
    ],
)
def test_content_of_the_wrong_kind_is_rejected_with_its_type(
    helper: Any, content: bytes, message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        helper(content)


def test_a_file_of_the_wrong_kind_is_rejected_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_text("Nothing to see.")

    with pytest.raises(RequestError, match=r"notes\.png' contains an unknown format$"):
        image(path)


@pytest.mark.parametrize("source", [None, 5, ["a.png"]])
def test_an_invalid_source_is_rejected_with_its_type(source: Any) -> None:
    with pytest.raises(RequestError, match="expected a URL, a path or bytes, got"):
        video(source)
