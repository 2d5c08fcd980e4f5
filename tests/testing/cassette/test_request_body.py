"""Request bodies in a readable and comparable form."""

import gzip
import json

import httpx

from vllm_client.testing.cassette.request_body import readable_body


def test_json_is_recognised_without_a_content_type() -> None:
    for content_type in ("application/json", "text/plain", ""):
        assert readable_body(content_type, b'{"a": [1, "x"]}') == {"json": {"a": [1, "x"]}}


def test_empty_body_has_no_field() -> None:
    assert readable_body("application/json", b"") == {}


def test_text_and_bytes_that_are_not_json() -> None:
    assert readable_body("text/plain", b"Hello!") == {"text": "Hello!"}
    packed = gzip.compress(b"{}")
    assert readable_body("application/json", packed)["text"].keys() == {"base64"}


def test_too_deeply_nested_json_is_text() -> None:
    deep = "[" * 100_000
    assert readable_body("application/json", deep.encode()) == {"text": deep}


def multipart(**parts: object) -> dict[str, object]:
    request = httpx.Request("POST", "http://localhost", files=parts)  # type: ignore[arg-type]
    return readable_body(request.headers["content-type"], request.read())


def test_multipart_is_split_into_parts_with_any_boundary() -> None:
    audio = b"RIFF\x00\xff\r\n--not the boundary\r\n\r\n"
    first = multipart(file=("ton.wav", audio, "audio/wav"), model=(None, "whisper"))
    second = multipart(file=("ton.wav", audio, "audio/wav"), model=(None, "whisper"))

    assert first == second
    file, model = first["parts"]  # type: ignore[misc]
    assert file["name"] == "file"
    assert (file["filename"], file["content_type"]) == ("ton.wav", "audio/wav")
    assert file["content"].keys() == {"base64"}
    assert model == {"name": "model", "content": "whisper"}


def test_names_of_parts_may_be_quoted_and_not_ascii() -> None:
    body = (
        '--x\r\nContent-Disposition: form-data; name="a;b"; filename="Tön.wav"\r\n\r\n1\r\n'
        "--x\r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n--x--\r\nepilogue"
    )
    assert readable_body("multipart/form-data; boundary=x", body.encode()) == {
        "parts": [
            {"name": "a;b", "filename": "Tön.wav", "content": "1"},
            {"name": "empty", "content": ""},
        ]
    }


def test_cut_multipart_keeps_the_received_parts() -> None:
    cut = b'--x\r\nContent-Disposition: form-data; name="a"'
    assert readable_body('multipart/form-data; boundary="x"', cut) == {
        "parts": [{"name": "a", "content": ""}]
    }


def test_any_json_text_can_be_written_as_json() -> None:
    assert json.dumps(readable_body("", b'{"a": "\\ud83d", "b": NaN}'))
