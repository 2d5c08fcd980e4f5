"""The classes of `client.audio`."""

from ..._async.audio import (
    AsyncAudio as AsyncAudio,
    AsyncTranscriptions as AsyncTranscriptions,
    AsyncTranslations as AsyncTranslations,
)
from ..._sync.audio import (
    Audio as Audio,
    Transcriptions as Transcriptions,
    Translations as Translations,
)
