"""Forms with files, written by hand and by the client."""

import pytest

from vllm_client.testing.form_body import FormFile, boundary_of, fields_of


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=XyZ", "XyZ"),
        ('multipart/form-data; charset=utf-8; boundary="a b"', "a b"),
        ("multipart/form-data", None),
        ("application/json", None),
    ],
)
def test_boundary_is_parsed_from_the_content_type(content_type: str, boundary: str | None) -> None:
    assert boundary_of(content_type) == boundary


def test_texts_and_files_are_parsed() -> None:
    body = (
        b'--X\r\nContent-Disposition: form-data; name="model"\r\n\r\nw\xc3\xbc\r\n'
        b'--X\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n'
        b"Content-Type: audio/wav\r\n\r\nRI\r\nFF\r\n\r\n\xff\r\n--X--\r\n"
    )
    assert fields_of(body, "X") == {
        "model": "wü",
        "file": FormFile("a.wav", b"RI\r\nFF\r\n\r\n\xff"),
    }


@pytest.mark.parametrize("body", [b"", b"words", b"--X--", b"--X\r\nno name\r\n\r\nx\r\n--X--"])
def test_a_body_without_fields_has_none(body: bytes) -> None:
    assert fields_of(body, "X") == {}
