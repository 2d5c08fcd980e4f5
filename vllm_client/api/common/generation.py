"""Options that chat and text completions have in common."""

from .options import CacheSalt, Extensions, Model, Scheduling, Session, Streaming, Transfer, User
from .sampling import (
    BeamSearch,
    EndOfText,
    GenerationLimits,
    LengthPenalty,
    Penalties,
    PromptLogprobs,
    Sampling,
    StopInOutput,
    StopStrings,
)
from .structured_outputs import StructuredOutputsOption
from .templates import Truncation


class GenerationOptions(
    Model,
    Sampling,
    Penalties,
    BeamSearch,
    LengthPenalty,
    StopStrings,
    EndOfText,
    StopInOutput,
    GenerationLimits,
    PromptLogprobs,
    StructuredOutputsOption,
    Truncation,
    Streaming,
    Scheduling,
    Session,
    CacheSalt,
    Transfer,
    Extensions,
    User,
    total=False,
):
    """The options that mean the same for chat and for text completions."""
