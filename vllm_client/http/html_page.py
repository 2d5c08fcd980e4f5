"""HTML pages, which gateways send in the place of an answer."""

from __future__ import annotations

import re
from html import unescape

from ..errors import shortened

# The title of an HTML page stands near its beginning; more of its text than this helps nobody.
MAX_PAGE = 1 << 14
MAX_PAGE_TEXT = 300

_HTML = re.compile(r"\s*<(!doctype|html|head|body|title)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_NO_TEXT = re.compile(r"<(script|style)\b.*?(</\1\s*>|$)|<!--.*?(-->|$)|<[^>]*(>|$)", re.I | re.S)


def is_page(text: str) -> bool:
    """Whether a text is an HTML page."""
    return _HTML.match(text) is not None


def text_of_page(page: str) -> str:
    """The title of an HTML page; else its text, shortened."""
    page = page[:MAX_PAGE]
    title = _TITLE.search(page)
    text = title[1] if title and title[1].strip() else _NO_TEXT.sub(" ", page)
    return shortened(" ".join(unescape(text).split()), MAX_PAGE_TEXT)
