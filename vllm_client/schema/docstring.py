"""Parse docstrings: the text, and the description of each parameter.

Four styles are supported: Google, NumPy, reST and Epydoc.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from textwrap import dedent

import attrs

_OF_PARAMETERS = r"(?:Other |Keyword )?(?:Args|Arguments|Parameters)|Params"
_OF_OTHERS = (
    r"Attributes|Methods|Returns?|Yields?|Receives|Raises|Warns|Warnings?"
    r"|Examples?|Notes?|References|See Also|Todo"
)
# The header of a section: "Args:" in Google's style, an underlined word in NumPy's.
_HEADER = re.compile(
    rf"^(?:(?P<parameters>{_OF_PARAMETERS})|{_OF_OTHERS})"
    r"(?::[ \t]*$|[ \t]*\n(?P<line>-{3,}|={3,})[ \t]*$)",
    re.MULTILINE,
)
# The first field in the style of reST or Epydoc.
_FIELD = re.compile(
    r"^(?::\w|@(?:param|parameter|arg|keyword|type|return|returns|rtype|raise|raises)\b)",
    re.MULTILINE,
)

_INDENTED = r"(.*(?:\n(?:[ \t]*\n)*[ \t]+\S.*)*)"
# A name, optionally its type in parentheses, and text that may continue in lines indented further.
_GOOGLE = re.compile(rf"^\*{{0,2}}(\w+)(?: *\(.*?\))? *(?::| --?(?= )) *{_INDENTED}", re.MULTILINE)
# Names, optionally their type after a colon, and text in the indented lines below.
_NUMPY = re.compile(rf"^([\w*]+(?: *, *[\w*]+)*) *(?::.*)?(?=\n|\Z){_INDENTED}", re.MULTILINE)
_FIELD_OF_PARAMETER = re.compile(
    r"^[:@](?:param|parameter|arg|argument|key|keyword) (?:[^:\n]* )?\**(\w+): *"
    r"(.*(?:\n[ \t]+\S.*)*)",
    re.MULTILINE,
)
_INDENTED_LINES = re.compile(r"\n((?:[ \t]+\S.*\n?|[ \t]*\n)*)")


@attrs.frozen
class Docstring:
    """The text of a docstring before its first section, and its parameter descriptions by name."""

    text: str
    parameters: dict[str, str]


def read_docstring(text: str | None) -> Docstring:
    """Split a docstring into its text and the descriptions of parameters."""
    whole = cleandoc(text or "")
    headers = list(_HEADER.finditer(whole))
    ends = [*(header.start() for header in headers[1:]), len(whole)]
    found = _FIELD_OF_PARAMETER.findall(whole)
    for header, end in zip(headers, ends, strict=False):
        if header["parameters"]:
            found += _entries(header, whole[header.end() : end])
    parameters = {name: " ".join(text.split()) for name, text in found}
    return Docstring(_text_before(headers, whole), parameters)


def _text_before(headers: list[re.Match[str]], whole: str) -> str:
    field = _FIELD.search(whole)
    first = [*headers[:1], *([field] if field else [])]
    return whole[: min((one.start() for one in first), default=None)].strip()


def _entries(header: re.Match[str], section: str) -> Iterator[tuple[str, str]]:
    """Yield the names and descriptions in a section of parameters."""
    if not header["line"]:
        indented = _INDENTED_LINES.match(section)
        yield from _GOOGLE.findall(dedent(indented[1])) if indented else ()
        return
    for names, text in _NUMPY.findall(dedent(section)):
        for name in names.split(","):
            yield name.strip().lstrip("*"), text
