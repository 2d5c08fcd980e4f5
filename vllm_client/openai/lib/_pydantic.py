"""JSON schemas of pydantic classes, at their module path in openai-python."""

from .._parsing import strict_schema

to_strict_json_schema = strict_schema
