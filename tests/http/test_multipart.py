"""Encoding forms, which are parsed again by the standard library's MIME parser."""

import re
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from hypothesis import given, strategies as st

from vllm_client.errors import RequestError
from vllm_client.http.multipart import EncodedBody, Upload, form

FILE = Upload("a.wav", b"RIFF\r\n--\r\n\0\xff", "audio/wav")

texts = st.text(st.characters(exclude_categories=["Cs"]))


def parts_of(content: EncodedBody) -> list[Message]:
    head = f"content-type: {content.media_type}\r\n\r\n".encode()
    parts: Any = message_from_bytes(head + content.body).get_payload()
    return list(parts)


def fields_of(content: EncodedBody) -> list[tuple[Any, bytes]]:
    """Parse a form; return name and content of each field, in order."""
    return [
        (part.get_param("name", header="content-disposition"), _payload(part))
        for part in parts_of(content)
    ]


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def test_the_file_follows_the_fields() -> None:
    content = form({"model": "whisper", "temperature": 0.5}, {"file": FILE})

    assert fields_of(content) == [
        ("model", b"whisper"),
        ("temperature", b"0.5"),
        ("file", FILE.content),
    ]
    file = parts_of(content)[-1]
    assert (file.get_filename(), file.get_content_type()) == ("a.wav", "audio/wav")


def test_the_exact_bytes_of_a_form() -> None:
    content = form({"a[]": "x"}, {"file": FILE})
    boundary = content.media_type.removeprefix("multipart/form-data; boundary=")

    assert re.fullmatch("[0-9a-f]{32}", boundary)
    assert content.body == (
        b'--B\r\ncontent-disposition: form-data; name="a[]"\r\n\r\nx\r\n'
        b'--B\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n'
        b"content-type: audio/wav\r\n\r\nRIFF\r\n--\r\n\0\xff\r\n"
        b"--B--\r\n"
    ).replace(b"B", boundary.encode())


def test_each_form_has_a_different_boundary() -> None:
    assert form({}, {}).media_type != form({}, {}).media_type


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("text", [b"text"]),
        ("", [b""]),
        ("wörter 日本", ["wörter 日本".encode()]),
        (True, [b"true"]),
        (False, [b"false"]),
        (3, [b"3"]),
        (1e-5, [b"1e-05"]),
        ({"a": [1]}, [b'{"a":[1]}']),
        (["word", "segment"], [b"word", b"segment"]),
        ((1, None), [b"1"]),
        ([], []),
        (None, []),
    ],
)
def test_encoding_of_values(value: Any, sent: list[bytes]) -> None:
    assert fields_of(form({"x": value}, {"file": FILE}))[:-1] == [("x", one) for one in sent]


def test_names_are_escaped_as_in_browsers() -> None:
    content = form({'a"\r\nb': "1"}, {"file": Upload('é"\r\n.wav', b"", "audio/wav")})

    assert b'name="a%22%0D%0Ab"\r\n\r\n1\r\n' in content.body
    assert 'filename="é%22%0D%0A.wav"\r\n'.encode() in content.body


@given(texts, texts, st.binary())
def test_names_and_content_cannot_inject_a_field(name: str, value: str, octets: bytes) -> None:
    file = Upload(name, octets, "audio/wav")
    content = form({name: value}, {"file": file})
    boundary = content.media_type.rpartition("=")[2].encode()

    before, field, upload, end = content.body.split(b"--" + boundary)
    assert (before, end) == (b"", b"--\r\n")
    assert field.endswith(b"\r\n\r\n" + value.encode() + b"\r\n")
    assert upload.endswith(b"\r\ncontent-type: audio/wav\r\n\r\n" + octets + b"\r\n")
    for part in (field, upload):
        head = part.split(b"\r\n\r\n")[0].removeprefix(b"\r\n")
        assert head.count(b"\r\n") == head.count(b"\r\ncontent-type")


@pytest.mark.parametrize("media_type", ["audio/wav\r\nx: y", "a\nb", "日本"])
def test_an_invalid_content_type_is_rejected(media_type: str) -> None:
    with pytest.raises(RequestError, match="is not a valid content type"):
        form({}, {"file": Upload("a", b"", media_type)})


@pytest.mark.parametrize("value", ["\ud800", float("nan"), object()])
def test_a_value_that_cannot_be_encoded_is_rejected(value: Any) -> None:
    with pytest.raises(RequestError, match="cannot be written"):
        form({"x": value}, {})
