"""Durations of recordings."""

import io
import wave

import pytest

from vllm_client.testing.audio import seconds_of


def wav(seconds: float, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\0\0" * int(rate * seconds))
    return file.getvalue()


@pytest.mark.parametrize("seconds", [0.5, 1.0, 65.0])
def test_duration_of_a_wav_file_is_exact(seconds: float) -> None:
    assert seconds_of(wav(seconds)) == seconds


@pytest.mark.parametrize(
    "begin", [b"ID3", b"\xff\xfb", b"fLaC", b"OggS", b"\x1aE\xdf\xa3", b"\0\0\0\x20ftyp"]
)
def test_duration_of_other_formats_is_estimated(begin: bytes) -> None:
    assert seconds_of(begin.ljust(32_000, b"\0")) == 2.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an audio file"),
        (b"words", "not an audio file"),
        (b"RIFF", "^$"),
        (b"RIFF\0\0\0\0WAVE", "not a|missing"),
    ],
)
def test_other_bytes_are_rejected(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        seconds_of(content)
