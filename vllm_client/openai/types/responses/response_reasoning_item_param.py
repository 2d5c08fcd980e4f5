"""Reasoning items of requests, and their parts, at their module path in openai-python."""

from .input_params import ReasoningText as Content, ResponseReasoningItemParam, Summary

__all__ = ["Content", "ResponseReasoningItemParam", "Summary"]
