"""Input items of requests, at their module path in openai-python."""

from .input_params import (
    EasyInputMessageParam,
    FunctionCallOutput,
    ItemReference,
    Message,
    ResponseCustomToolCallOutputParam,
    ResponseCustomToolCallParam,
    ResponseFunctionToolCallParam,
    ResponseInputItemParam,
    ResponseInputMessageContentListParam,
    ResponseOutputMessageParam,
    ResponseReasoningItemParam,
)

__all__ = [
    "EasyInputMessageParam",
    "FunctionCallOutput",
    "ItemReference",
    "Message",
    "ResponseCustomToolCallOutputParam",
    "ResponseCustomToolCallParam",
    "ResponseFunctionToolCallParam",
    "ResponseInputItemParam",
    "ResponseInputMessageContentListParam",
    "ResponseOutputMessageParam",
    "ResponseReasoningItemParam",
]
