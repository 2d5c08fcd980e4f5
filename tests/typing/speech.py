"""Type-checked, never run: what transcriptions and translations give, sync and async."""

import io
from pathlib import Path
from typing import assert_type

from vllm_client import (
    AsyncVllmClient,
    AudioChunk,
    StreamEvent,
    SyncVllmClient,
    Transcript,
    Transcription,
    TranscriptionDiarized,
    TranscriptionSegment,
    TranscriptionVerbose,
    Translation,
    TranslationVerbose,
)


def files(client: SyncVllmClient) -> None:
    transcriptions = client.audio.transcriptions
    with open("a.wav", "rb") as file:
        transcriptions.create(file=file)
        transcriptions.create(file=("a.wav", file, "audio/wav"))
    transcriptions.create(file="a.wav")
    transcriptions.create(file=Path("a.wav"))
    transcriptions.create(file=b"")
    transcriptions.create(file=bytearray())
    transcriptions.create(file=io.BytesIO())
    transcriptions.create(file=("a.wav", b""))


def formats(client: SyncVllmClient) -> None:
    audio = client.audio
    assert_type(audio.transcriptions.create(file=b"", model="w"), Transcription)
    assert_type(audio.transcriptions.create(file=b"", response_format="json"), Transcription)
    for name in ("text", "srt", "vtt"):
        assert_type(audio.transcriptions.create(file=b"", response_format=name), str)
    verbose = audio.transcriptions.create(
        file=b"", response_format="verbose_json", timestamp_granularities=["segment"]
    )
    assert_type(verbose, TranscriptionVerbose)
    assert_type(verbose.segments, list[TranscriptionSegment] | None)
    diarized = audio.transcriptions.create(file=b"", response_format="diarized_json", seed=1)
    assert_type(diarized, TranscriptionDiarized)
    assert_type(audio.translations.create(file=b"", to_language="en"), Translation)
    assert_type(audio.translations.create(file=b"", response_format="text"), str)
    whole = audio.translations.create(file=b"", response_format="verbose_json", timeout=5)
    assert_type(whole, TranslationVerbose)


def streams(client: SyncVllmClient) -> None:
    for chunk in client.audio.translations.create(file=b"", stream=True, temperature=0):
        assert_type(chunk, AudioChunk)
    with client.audio.transcriptions.stream(file=b"", model="w", language="en") as stream:
        for event in stream:
            assert_type(
                event,
                StreamEvent.Content | StreamEvent.Usage | StreamEvent.Done | StreamEvent.Error,
            )
        assert_type(stream.text(), str)
        assert_type(stream.response(), Transcript)


async def asynchronous(client: AsyncVllmClient) -> None:
    audio = client.audio
    assert_type(await audio.transcriptions.create(file=b""), Transcription)
    assert_type(await audio.translations.create(file=b"", response_format="text"), str)
    async with audio.transcriptions.create(file=b"", stream=True) as chunks:
        async for chunk in chunks:
            assert_type(chunk, AudioChunk)
    async with audio.translations.stream(file=b"") as stream:
        assert_type(await stream.response(), Transcript)
