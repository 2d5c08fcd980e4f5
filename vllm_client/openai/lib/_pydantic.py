"""Schemas of pydantic classes, by the module that openai-python has for them."""

from .._parsing import strict_schema

to_strict_json_schema = strict_schema
