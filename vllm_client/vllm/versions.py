"""What each vLLM version renamed, ignores or lacks.

Read in the request classes of vLLM 0.10.2 to 0.33. `routes.py` has the routes that versions lack,
`new_fields.py` the fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from .new_fields import Version, new_fields

# Whatever follows, as in 0.12.0rc1 or 0.11.1.dev12+cpu. No version has numbers of more digits.
_VERSION = re.compile(r"v?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?(?![0-9])")


# vLLM #22772 added structured_outputs; #29326 removed the options that it replaces.
_STRUCTURED_OUTPUTS: Version = (0, 11, 0)
_WITHOUT_GUIDED: Version = (0, 12, 0)
# #33402 removed the name that #27752 had deprecated. Since 0.22 a chat request renames the old name
# (seen), and calls it deprecated; /tokenize still ignores it (seen). We warn in either case.
_REASONING: Version = (0, 16, 0)
_REASONING_RENAMED: Version = (0, 22, 0)

# Before, every server had the routes of all models (read in build_app(); seen: 0.11.0, 0.15.1).
_REGISTERS_BY_MODEL: Version = (0, 16, 0)

# Field of the body -> the version since which it is ignored, and what does the same.
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
    # What is pooled; 0.15 already logs these as deprecated.
    "activation": ((0, 16, 0), "use_activation=…"),
    "softmax": ((0, 16, 0), "use_activation=…"),
    "normalize": ((0, 17, 0), "use_activation=…"),
}


_DEPENDENT = frozenset({"structured_outputs", *_GONE})

# Field of structured_outputs -> what a server before it calls the same.
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
    """A request body with fields that not every version of vLLM reads.

    Attributes:
        body: All fields.
        untyped: The names of the fields that the caller wrote into extra_body; these are sent
            unchanged.
        old_reasoning: The places of the messages that carry reasoning under its old name alone.
        new: The names of the fields that older versions ignore, with the version that brought each.
    """

    body: Mapping[str, Any]
    untyped: frozenset[str] = frozenset()
    old_reasoning: tuple[str, ...] = ()
    new: Mapping[str, Version] = attrs.field(factory=dict)


def find_dependent(
    body: Mapping[str, Any], untyped: Iterable[str] = (), path: str = ""
) -> DependentBody | None:
    """The body with what depends on the server's version; None if nothing in it does.

    Args:
        body: The fields of the request body.
        untyped: The names of the fields that the caller wrote into extra_body.
        path: That of the route, below its base.
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
        version: The server's version, as its /version has it.
        dependent: What `find_dependent` found.

    Returns:
        The body to send, and a sentence for each part of it that this version ignores.
    """
    numbers = version_numbers(version)
    if numbers is None:
        return dependent.body, ()
    shown = ".".join(map(str, numbers))  # not the server's own text, which may hold anything
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
    """Whether a version of vLLM registers only the routes that its model can serve.

    Args:
        version: The server's version, as its /version has it; None if it does not tell.
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
            yield f"vLLM {shown} ignores {name!r}; {first} is the first that reads it"


def _old_reasoning(numbers: Version, shown: str, dependent: DependentBody) -> Iterator[str]:
    if numbers < _REASONING:
        return
    does = "ignores" if numbers < _REASONING_RENAMED else "calls deprecated, and may ignore,"
    for place in dependent.old_reasoning:
        yield f"vLLM {shown} {does} 'reasoning_content' in {place}; send 'reasoning'"


def _without_structured_outputs(
    shown: str, dependent: DependentBody
) -> tuple[Mapping[str, Any], list[str]]:
    """The body for a version that has the earlier names, and what has none of them."""
    body = dependent.body
    if "structured_outputs" in dependent.untyped or not isinstance(
        body["structured_outputs"], Mapping
    ):
        names = ", ".join(_EARLIER.values())
        return body, [f"vLLM {shown} ignores 'structured_outputs'; send one of {names}"]
    earlier, unnamed = _with_earlier_names(body)
    return earlier, [
        f"vLLM {shown} has no name for structured_outputs[{name!r}], and ignores it"
        for name in unnamed
    ]


def _with_old_reasoning(values: Any, place: str = "messages") -> list[str]:
    """The places of the messages that carry reasoning under its old name alone.

    A batch has a list of messages for each of its conversations.
    """
    found: list[str] = []
    for number, value in enumerate(values if isinstance(values, list | tuple) else ()):
        if isinstance(value, list | tuple):
            found += _with_old_reasoning(value, f"{place}[{number}]")
        elif (
            isinstance(value, dict | Mapping)  # dict first: the other check takes longer
            and value.get("reasoning_content") is not None
            and value.get("reasoning") is None
        ):
            found.append(f"{place}[{number}]")
    return found


def _with_earlier_names(body: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The body without structured_outputs, and the fields of it for which there is no name."""
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
    """The version's numbers; None where they say nothing, as in a build without git's tags."""
    found = _VERSION.match(version)
    if found is None or version.startswith("0.1.dev"):
        return None
    major, minor, patch = found.groups(default="0")
    return int(major), int(minor), int(patch)
