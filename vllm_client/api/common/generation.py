"""The options that chat and text completions have in common."""

from .options import (
    CacheSalt,
    Extensions,
    ModelOption,
    Scheduling,
    Session,
    Streaming,
    Transfer,
    UserOption,
)
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
    WeightVersions,
)
from .structured_outputs import StructuredOutputsOption
from .templates import Truncation


class GenerationOptions(
    ModelOption,
    Sampling,
    Penalties,
    BeamSearch,
    LengthPenalty,
    StopStrings,
    EndOfText,
    StopInOutput,
    GenerationLimits,
    PromptLogprobs,
    WeightVersions,
    StructuredOutputsOption,
    Truncation,
    Streaming,
    Scheduling,
    Session,
    CacheSalt,
    Transfer,
    Extensions,
    UserOption,
    total=False,
):
    """The options that mean the same for chat and for text completions."""
