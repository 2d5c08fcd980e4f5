"""Test content parts with embeddings."""

from base64 import b64encode
from typing import Any

import pytest

from vllm_client.api.chat.embeds import audio_embeds, image_embeds, video_embeds

SAVED = b"PK\x03\x04 as torch.save writes it"
BASE64 = b64encode(SAVED).decode()


@pytest.mark.parametrize(
    ("helper", "kind"),
    [
        (image_embeds, "image_embeds"),
        (audio_embeds, "audio_embeds"),
        (video_embeds, "video_embeds"),
    ],
)
@pytest.mark.parametrize(
    ("embeds", "sent"),
    [
        (SAVED, BASE64),
        (bytearray(SAVED), BASE64),
        (memoryview(SAVED), BASE64),
        (BASE64, BASE64),
        ({"embeds": SAVED, "grid": [1, 2, 2]}, {"embeds": BASE64, "grid": [1, 2, 2]}),
        (None, None),
    ],
    ids=["bytes", "bytearray", "memoryview", "base64", "names", "cached"],
)
def test_part_contains_its_embeddings_as_base64(
    helper: Any, kind: str, embeds: Any, sent: Any
) -> None:
    assert helper(embeds) == {"type": kind, kind: sent}
    assert helper(embeds, uuid="mine") == {"type": kind, kind: sent, "uuid": "mine"}


def test_video_part_may_contain_audio_embeddings() -> None:
    assert video_embeds("cGljcw==", audio={"embeds": SAVED}, uuid="film") == {
        "type": "video_embeds",
        "video_embeds": "cGljcw==",
        "audio_embeds": {"embeds": BASE64},
        "uuid": "film",
    }
