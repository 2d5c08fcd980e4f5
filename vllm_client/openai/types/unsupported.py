"""Values of routes that vLLM does not have, for scripts that use their names in annotations."""

from __future__ import annotations

from .._models import BaseModel


class Batch(BaseModel):
    """A batch job."""

    id: str
    status: str
    output_file_id: str | None = None
    error_file_id: str | None = None


class FileObject(BaseModel):
    """An uploaded file."""

    id: str
    bytes: int
    filename: str
    purpose: str


class Image(BaseModel):
    """A generated image."""

    b64_json: str | None = None
    url: str | None = None


class ImagesResponse(BaseModel):
    """Generated images."""

    created: int
    data: list[Image] | None = None


class ModerationCreateResponse(BaseModel):
    """The result of a moderation."""

    id: str
    model: str
