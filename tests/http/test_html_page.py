"""HTML pages instead of an API response."""

import pytest

from vllm_client.http.html_page import MAX_PAGE_TEXT, is_page, text_of_page


@pytest.mark.parametrize(
    "text", ["<!doctype html>", " \n<HTML lang='en'>", "<head>", "<body>", "<title>a</title>"]
)
def test_a_page_is_recognized_by_its_first_tag(text: str) -> None:
    assert is_page(text)


@pytest.mark.parametrize(
    "text", ["", "<", "<b>bold</b>", "<htmlx>", "a <html>", "{}", "data: <html>"]
)
def test_other_texts_are_not_pages(text: str) -> None:
    assert not is_page(text)


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<html><title>\n Bad &amp; worse\n</title>", "Bad & worse"),
        ("<html><title></title><body><h1>Bad</h1>\n<p>Gateway</p></body></html>", "Bad Gateway"),
        ("<html>", ""),
    ],
)
def test_the_text_of_a_page_is_its_title_or_else_its_whole_text(page: str, text: str) -> None:
    assert text_of_page(page) == text


def test_the_text_of_a_page_without_a_title_is_shortened() -> None:
    assert len(text_of_page("<html>" + "word " * 9000)) < MAX_PAGE_TEXT + 50
