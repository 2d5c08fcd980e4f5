"""Duration of audio files: exact for WAV, an estimate for other formats."""

import io
import wave

_MAGIC = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"fLaC", b"OggS", b"\x1aE\xdf\xa3")
# Bytes per second of an MP3 of 128 kbit/s.
_BYTES_A_SECOND = 16000


def seconds_of(content: bytes) -> float:
    """Return the duration in seconds. Raise ValueError for bytes that are not an audio file."""
    if content[:4] == b"RIFF":
        return _seconds_of_wav(content)
    if content.startswith(_MAGIC) or content[4:8] == b"ftyp":
        return len(content) / _BYTES_A_SECOND
    raise ValueError("not an audio file")


def _seconds_of_wav(content: bytes) -> float:
    try:
        with wave.open(io.BytesIO(content)) as sound:
            return float(sound.getnframes() / sound.getframerate())
    except (EOFError, ZeroDivisionError, wave.Error) as error:
        raise ValueError(str(error)) from error
