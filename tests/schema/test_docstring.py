"""Parsing docstrings."""

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
def test_an_empty_docstring_has_no_text(text: str | None) -> None:
    assert read_docstring(text) == Docstring("", {})


def test_a_colon_in_the_text_does_not_begin_a_section() -> None:
    text = "Use it so:\n\n    f(1)\n\nFor example: never."
    assert read_docstring(text) == Docstring(text, {})


NUMPY = """Get the weather.

    It may be wrong.

    Parameters
    ----------
    city : str
        Where; a name
        in English.

        Or in Japanese.
    days, hours : int, optional
        How many.
    unit : {'c', 'f'}

    Other Parameters
    ----------------
    **options
        Passed on.

    Returns
    -------
    days : int
        Not a parameter.
    """


def test_sections_in_the_style_of_numpy() -> None:
    found = read_docstring(NUMPY)

    assert found.text == "Get the weather.\n\nIt may be wrong."
    assert found.parameters == {
        "city": "Where; a name in English. Or in Japanese.",
        "days": "How many.",
        "hours": "How many.",
        "unit": "",
        "options": "Passed on.",
    }


@pytest.mark.parametrize(
    "header",
    [
        "Args", "Arguments", "Parameters", "Params", "Keyword Args", "Keyword Arguments",
        "Other Parameters", "Other Args",
    ],
)  # fmt: skip
def test_sections_of_parameters_by_other_names(header: str) -> None:
    text = f"Get it.\n\n{header}:\n    city: Its name.\n\nAfterwards."

    assert read_docstring(text) == Docstring("Get it.", {"city": "Its name."})


def test_several_sections_of_parameters_are_joined() -> None:
    text = "Get it.\n\nArgs:\n    a: First.\n\nKeyword Args:\n    b: Second.\n\nRaises:\n    c: No."

    assert read_docstring(text).parameters == {"a": "First.", "b": "Second."}


@pytest.mark.parametrize(
    "entry",
    [
        "city -- Its name.",
        "city - Its name.",
        "city (str) -- Its name.",
        "city (tuple(int, str), optional): Its name.",
        "city:\n        Its name.",
        "*city: Its name.",
    ],
)
def test_entries_of_a_section_in_other_spellings(entry: str) -> None:
    assert read_docstring(f"Get it.\n\nArgs:\n    {entry}\n").parameters == {"city": "Its name."}


@pytest.mark.parametrize(
    "field",
    [
        ":param city: Its name.",
        ":parameter str city: Its name.",
        ":arg city: Its name.",
        ":keyword city: Its name.",
        "@param city: Its name.",
        "@keyword city: Its name.",
    ],
)
def test_fields_in_the_styles_of_rest_and_epydoc(field: str) -> None:
    text = f"Get it.\n\n{field}\n@return: no parameter"

    assert read_docstring(text) == Docstring("Get it.", {"city": "Its name."})


def test_an_underlined_line_that_is_not_a_section_is_text() -> None:
    text = "Usage\n-----\nf(1)\n\n@app is no field."

    assert read_docstring(text) == Docstring(text, {})
