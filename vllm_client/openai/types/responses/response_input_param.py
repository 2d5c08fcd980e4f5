"""The input of a request and its items, at their module path in openai-python."""

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
    ResponseInputParam,
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
    "ResponseInputParam",
    "ResponseOutputMessageParam",
    "ResponseReasoningItemParam",
]
