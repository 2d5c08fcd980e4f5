"""What docstrings say of a function and of its parameters."""

import pytest

from vllm_client.schema.docstring import Docstring, read_docstring

GOOGLE = """Get the weather.

    It may be wrong.

    Args:
        city (str): Where; a name
            in English.
        days: How many.

        unit (Literal["c"]) : Of temperature.

    Returns:
        days: not a parameter
    """
REST = """Get the weather.

    :param city: Where; a name
        in English.
    :param int days: How many.
    :returns: what it is
    """


def test_the_text_ends_where_a_section_begins() -> None:
    assert read_docstring(GOOGLE).text == "Get the weather.\n\nIt may be wrong."
    assert read_docstring(REST).text == "Get the weather."
    assert read_docstring("Get it.\n\nRaises:\n    KeyError").text == "Get it."


def test_parameters_below_args() -> None:
    assert read_docstring(GOOGLE).parameters == {
        "city": "Where; a name in English.",
        "days": "How many.",
        "unit": "Of temperature.",
    }


def test_parameters_as_fields() -> None:
    assert read_docstring(REST).parameters == {
        "city": "Where; a name in English.",
        "days": "How many.",
    }


@pytest.mark.parametrize("text", [None, "", "   \n "])
def test_nothing_says_nothing(text: str | None) -> None:
    assert read_docstring(text) == Docstring("", {})


def test_a_colon_in_the_text_begins_no_section() -> None:
    text = "Use it so:\n\n    f(1)\n\nFor example: never."
    assert read_docstring(text) == Docstring(text, {})
