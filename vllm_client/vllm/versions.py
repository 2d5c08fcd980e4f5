"""Adapt request bodies to the version of the server: renamed, removed and new fields.

Source: the request classes of vLLM 0.10.2 to 0.33. `new_fields.py` lists the fields that older
versions lack, and `routes.py` the routes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from .new_fields import Version, new_fields

# A suffix is ignored, as in 0.12.0rc1 or 0.11.1.dev12+cpu. Numbers with more than 9 digits are not
# versions.
_VERSION = re.compile(r"v?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?(?![0-9])")


# vLLM pull request #22772 added structured_outputs; #29326 removed the guided_* fields.
_STRUCTURED_OUTPUTS: Version = (0, 11, 0)
_WITHOUT_GUIDED: Version = (0, 12, 0)
# vLLM pull request #33402 removed reasoning_content in messages, which #27752 had deprecated in
# favour of reasoning. Since 0.22 a chat request accepts it again and calls it deprecated, while
# /tokenize still ignores it (both observed with real servers). The client warns in both cases.
_REASONING: Version = (0, 16, 0)
_REASONING_RENAMED: Version = (0, 22, 0)

# The first version whose servers register only the routes that the model can serve. Earlier servers
# have all routes (source: build_app(); observed with 0.11.0 and 0.15.1).
_REGISTERS_BY_MODEL: Version = (0, 16, 0)

# Body field -> the first version that ignores it, and its replacement.
_GONE: Mapping[str, tuple[Version, str]] = {
    "guided_json": (_WITHOUT_GUIDED, 'structured_outputs={"json": …}'),
    "guided_regex": (_WITHOUT_GUIDED, 'structured_outputs={"regex": …}'),
    "guided_choice": (_WITHOUT_GUIDED, 'structured_outputs={"choice": […]}'),
    "guided_grammar": (_WITHOUT_GUIDED, 'structured_outputs={"grammar": …}'),
    "guided_whitespace_pattern": (
        _WITHOUT_GUIDED,
        'structured_outputs={"whitespace_pattern": …}',
    ),
    "guided_decoding_backend": (_WITHOUT_GUIDED, "it to the server: --structured-outputs-config"),
    "structural_tag": (_WITHOUT_GUIDED, 'structured_outputs={"structural_tag": …}'),
    "best_of": (_WITHOUT_GUIDED, "n=…"),
    "logits_processors": ((0, 17, 0), "them to the server: --logits-processors"),
    # fields of pooling requests, logged as deprecated since 0.15
    "activation": ((0, 16, 0), "use_activation=…"),
    "softmax": ((0, 16, 0), "use_activation=…"),
    "normalize": ((0, 17, 0), "use_activation=…"),
}


_DEPENDENT = frozenset({"structured_outputs", *_GONE})

# Field of structured_outputs -> the name of the same option before structured_outputs existed.
_EARLIER = {
    "json": "guided_json",
    "regex": "guided_regex",
    "choice": "guided_choice",
    "grammar": "guided_grammar",
    "structural_tag": "structural_tag",
    "whitespace_pattern": "guided_whitespace_pattern",
}


@attrs.frozen
class DependentBody:
    """A request body with fields that some versions of vLLM ignore or name differently.

    Attributes:
        body: All fields of the body.
        untyped: The names of the fields from the caller's extra_body, which are sent unchanged.
        old_reasoning: The positions of messages with `reasoning_content` but no `reasoning`.
        new: The fields that older versions ignore, with the first version that supports each.
    """

    body: Mapping[str, Any]
    untyped: frozenset[str] = frozenset()
    old_reasoning: tuple[str, ...] = ()
    new: Mapping[str, Version] = attrs.field(factory=dict)


def find_dependent(
    body: Mapping[str, Any], untyped: Iterable[str] = (), path: str = ""
) -> DependentBody | None:
    """Find the fields of a body that depend on the server's version; None if there are none.

    Args:
        body: The fields of the request body.
        untyped: The names of the fields from the caller's extra_body.
        path: The path of the route, relative to its base.
    """
    new = new_fields(body, path)
    old_reasoning = _with_old_reasoning(body.get("messages"))
    named = not _DEPENDENT.isdisjoint(body) and any(
        body.get(name) is not None for name in _DEPENDENT
    )
    if not named and not old_reasoning and not new:
        return None
    return DependentBody(body, frozenset(untyped), tuple(old_reasoning), new)


def fit(version: str, dependent: DependentBody) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Adapt a request body to a version of vLLM.

    Args:
        version: The version of the server, as returned by /version.
        dependent: The result of `find_dependent`.

    Returns:
        The body to send, and one warning for each part of it that this version ignores.
    """
    numbers = version_numbers(version)
    if numbers is None:
        return dependent.body, ()
    # only the numbers: messages must not contain arbitrary text from the server
    shown = ".".join(map(str, numbers))
    ignored = [
        *_gone(numbers, shown, dependent),
        *_not_yet(numbers, shown, dependent),
        *_old_reasoning(numbers, shown, dependent),
    ]
    if numbers >= _STRUCTURED_OUTPUTS or dependent.body.get("structured_outputs") is None:
        return dependent.body, tuple(ignored)
    body, problems = _without_structured_outputs(shown, dependent)
    return body, (*ignored, *problems)


def registers_by_model(version: str | None) -> bool:
    """Return whether a version of vLLM registers only the routes that its model can serve.

    Args:
        version: The version of the server, as returned by /version; None if unknown.
    """
    numbers = None if version is None else version_numbers(version)
    return numbers is None or numbers >= _REGISTERS_BY_MODEL


def _gone(numbers: Version, shown: str, dependent: DependentBody) -> Iterator[str]:
    for name, (since, now) in _GONE.items():
        if numbers >= since and dependent.body.get(name) is not None:
            yield f"vLLM {shown} ignores {name!r}; send {now}"


def _not_yet(numbers: Version, shown: str, dependent: DependentBody) -> Iterator[str]:
    for name, since in dependent.new.items():
        if numbers < since:
            first = ".".join(map(str, since if since[2] else since[:2]))
            yield f"vLLM {shown} ignores {name!r}; {first} is the first version that supports it"


def _old_reasoning(numbers: Version, shown: str, dependent: DependentBody) -> Iterator[str]:
    if numbers < _REASONING:
        return
    does = "ignores" if numbers < _REASONING_RENAMED else "calls deprecated, and may ignore,"
    for place in dependent.old_reasoning:
        yield f"vLLM {shown} {does} 'reasoning_content' in {place}; send 'reasoning'"


def _without_structured_outputs(
    shown: str, dependent: DependentBody
) -> tuple[Mapping[str, Any], list[str]]:
    """Rename the fields of structured_outputs for a version that lacks structured_outputs.

    Returns:
        The body, and one warning for each field without an earlier name.
    """
    body = dependent.body
    if "structured_outputs" in dependent.untyped or not isinstance(
        body["structured_outputs"], Mapping
    ):
        names = ", ".join(_EARLIER.values())
        return body, [f"vLLM {shown} ignores 'structured_outputs'; send one of {names}"]
    earlier, unnamed = _with_earlier_names(body)
    return earlier, [f"vLLM {shown} ignores structured_outputs[{name!r}]" for name in unnamed]


def _with_old_reasoning(values: Any, place: str = "messages") -> list[str]:
    """Return the positions of messages with `reasoning_content` but no `reasoning`.

    In a batch, `messages` has one list of messages for each conversation.
    """
    found: list[str] = []
    for number, value in enumerate(values if isinstance(values, list | tuple) else ()):
        if isinstance(value, list | tuple):
            found += _with_old_reasoning(value, f"{place}[{number}]")
        elif (
            isinstance(value, dict | Mapping)  # dict first, because its check is faster
            and value.get("reasoning_content") is not None
            and value.get("reasoning") is None
        ):
            found.append(f"{place}[{number}]")
    return found


def _with_earlier_names(body: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Replace structured_outputs by the options of versions that lack it.

    Returns:
        The body, and the names of the fields of structured_outputs without an earlier name.
    """
    earlier = dict(body)
    wanted = earlier.pop("structured_outputs")
    unnamed = []
    for name, value in wanted.items():
        if value is None or value is False:
            continue
        if name in _EARLIER:
            earlier.setdefault(_EARLIER[name], value)
        elif name == "json_object":
            earlier.setdefault("response_format", {"type": "json_object"})
        else:
            unnamed.append(name)
    return earlier, unnamed


def version_numbers(version: str) -> Version | None:
    """Parse a version; None if it is not meaningful, as in a build without git tags (0.1.dev…)."""
    found = _VERSION.match(version)
    if found is None or version.startswith("0.1.dev"):
        return None
    major, minor, patch = found.groups(default="0")
    return int(major), int(minor), int(patch)
