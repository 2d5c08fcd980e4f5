"""Values and keywords of speech to text."""

from .transcription import (
    Transcription as Transcription,
    TranscriptionDiarized as TranscriptionDiarized,
    TranscriptionSegment as TranscriptionSegment,
    TranscriptionVerbose as TranscriptionVerbose,
    TranscriptionWord as TranscriptionWord,
    Translation as Translation,
    TranslationVerbose as TranslationVerbose,
)
from .transcription_stream_event import (
    TranscriptionChunk as TranscriptionChunk,
    TranscriptionStreamEvent as TranscriptionStreamEvent,
)
