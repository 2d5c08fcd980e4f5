"""What a docstring says: the text, and what it tells of each parameter."""

from __future__ import annotations

import re
from inspect import cleandoc
from textwrap import dedent

import attrs

# Where the text ends: at a section as Google writes it, or at a field of reST.
_END_OF_TEXT = re.compile(
    r"^(?::\w|(?:Args|Arguments|Parameters|Attributes|Returns|Yields|Raises|Examples?|Notes?):\s*$)",
    re.MULTILINE,
)
_ARGUMENTS = re.compile(
    r"^(?:Args|Arguments|Parameters):[ ]*\n((?:[ \t]+\S.*\n?|[ \t]*\n)*)", re.MULTILINE
)
# A name, perhaps its type in parentheses, and text that goes on in lines that are indented more.
_GOOGLE = re.compile(r"^(\w+)(?: *\([^)\n]*\))? *: *(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_REST = re.compile(r"^:param (?:[^:\n]* )?(\w+): *(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)


@attrs.frozen
class Docstring:
    """The text before all sections, and the words on each parameter that has some."""

    text: str
    parameters: dict[str, str]


def read_docstring(text: str | None) -> Docstring:
    """Parameters stand below "Args:", or in reST's ":param name:"."""
    whole = cleandoc(text or "")
    end = _END_OF_TEXT.search(whole)
    found = _REST.findall(whole)
    if section := _ARGUMENTS.search(whole):
        found += _GOOGLE.findall(dedent(section[1]))
    parameters = {name: " ".join(text.split()) for name, text in found}
    return Docstring(whole[: end.start() if end else None].strip(), parameters)
