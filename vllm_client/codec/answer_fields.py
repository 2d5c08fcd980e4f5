"""How the fields of answer classes are marked, and their names in JSON.

The decoder knows answer classes by this module alone, so that `Answer` itself can use the decoder.
"""

from __future__ import annotations

from typing import Any

import attrs

# Key of a field's metadata whose value is the name of the field in older servers.
EARLIER_NAME = "earlier_name"
# Metadata of a field that is not part of the JSON.
NOT_IN_JSON = {"not_in_json": True}
# Metadata of a field with the requested content: text, tool calls, embeddings, scores. In these
# fields a value of a wrong type is an error. In other fields that have a default, the decoder moves
# such a value to `unknown_fields` and uses the default. Defaults are None, an empty list, or a
# value that is known without the server (the first index, a constant of the route).
CONTENT = {"content": True}
# Metadata of a count of tokens, 0 if it is missing. A value of a wrong type is not replaced by 0,
# which would be a wrong count: the whole usage is moved to `unknown_fields` instead.
COUNT = {"count": True}
# Metadata of a field in which an empty string is read as null: gateways send `finish_reason: ""` in
# every chunk, and tool calls with an empty id.
EMPTY_IS_NULL = {"empty_is_null": True}


def json_fields(cls: type[Any]) -> dict[str, attrs.Attribute[Any]]:
    """Return the fields of an answer class by their JSON names."""
    fields = attrs.fields(attrs.resolve_types(cls))
    return {str(field.alias): field for field in fields if field.name != "unknown_fields"}


def earlier_names(cls: type[Any]) -> dict[str, str]:
    """Return the current field names of a class by their names in older servers."""
    fields = json_fields(cls).items()
    return {f.metadata[EARLIER_NAME]: name for name, f in fields if EARLIER_NAME in f.metadata}


def is_content(field: attrs.Attribute[Any]) -> bool:
    """Return whether a field holds requested content; see `CONTENT`."""
    return bool(field.metadata.get("content"))


def is_optional(field: attrs.Attribute[Any]) -> bool:
    """Return whether a value of a wrong type is accepted for a field, as if it was missing."""
    strict = is_content(field) or field.metadata.get("count")
    return field.default is not attrs.NOTHING and not strict


def with_new_names(value: dict[str, Any], earlier: dict[str, str]) -> dict[str, Any]:
    """Rename keys of an older server.

    Args:
        value: A JSON object; it is not modified.
        earlier: The current names by earlier names. If the object has both, the value of the
            current name is used, unless it is empty.

    Returns:
        The object without the earlier names.
    """
    for old, new in earlier.items():
        if value.get(old) is not None:
            rest = {name: item for name, item in value.items() if name != old}
            value = {**rest, new: value.get(new) or value[old]}
    return value
