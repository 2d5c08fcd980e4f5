"""The exports and the docstring of `vllm_client.testing`."""

import ast
import textwrap

import pytest

import vllm_client.testing as package


@pytest.mark.parametrize("name", package.__all__)
def test_every_export_exists_and_has_a_docstring(name: str) -> None:
    value = getattr(package, name)
    assert name in dir(package)
    assert name == "AnyReply" or value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"'vllm_client\.testing' has no attribute 'Nope'"):
        _ = package.Nope


def test_the_examples_of_the_docstring_run() -> None:
    """Run all lines of the docstring's code blocks against a running server."""
    assert package.__doc__ is not None
    blocks = [block for block in package.__doc__.split("\n\n") if block.startswith("    ")]
    lines = textwrap.dedent("\n".join(block for block in blocks if "server." in block))
    replies = [line for line in lines.splitlines() if line.startswith("server.reply(")]
    names = {name: getattr(package, name) for name in package.__all__}
    with package.SimulatedVllm() as server:
        for line in replies:
            ast.parse(line)
            exec(line, {**names, "server": server})
        assert server.replies_left > len(replies)
    assert len(replies) > 15
