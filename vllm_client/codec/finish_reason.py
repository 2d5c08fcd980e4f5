"""Why the server ended an answer."""

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:

    class OtherReason(str):
        """A reason that is not one of the known values.

        This class exists only for type checkers; at run time every reason is a plain str.

        Type checkers reduce `Literal["stop"] | str` to `str`, and then editors show no literals.
        """

    FinishReason: TypeAlias = (
        Literal["stop", "length", "tool_calls", "abort", "error", "repetition", "content_filter"]
        | OtherReason
    )
    """The reasons that vLLM and gateways give, or another.

    "stop" is the end of the text or a stop string, "length" the limit on tokens or the end of the
    context, "abort" a request that was ended at the server. "content_filter" is a refusal by a
    gateway in front of vLLM.
    """
else:
    # every value is a plain str, and the decoder has no rule for a union of Literal and str
    FinishReason = str
