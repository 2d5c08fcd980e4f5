"""Extract the text of HTML pages, which gateways send instead of an API response."""

from __future__ import annotations

import re
from html import unescape

from ..errors import shortened

# Only this many characters are searched: the title is near the beginning of a page.
MAX_PAGE = 1 << 14
MAX_PAGE_TEXT = 300

_HTML = re.compile(r"\s*<(!doctype|html|head|body|title)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_NO_TEXT = re.compile(r"<(script|style)\b.*?(</\1\s*>|$)|<!--.*?(-->|$)|<[^>]*(>|$)", re.I | re.S)


def is_page(text: str) -> bool:
    """Return whether a text is an HTML page."""
    return _HTML.match(text) is not None


def text_of_page(page: str) -> str:
    """Return the title of an HTML page, or if it has none its shortened text."""
    page = page[:MAX_PAGE]
    title = _TITLE.search(page)
    text = title[1] if title and title[1].strip() else _NO_TEXT.sub(" ", page)
    return shortened(" ".join(unescape(text).split()), MAX_PAGE_TEXT)
