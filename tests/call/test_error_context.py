"""Adding the request to errors, and removing secrets from them."""

import ast
from pathlib import Path

import vllm_client
from vllm_client.call.error_context import ErrorContext
from vllm_client.errors import IoError

CONTEXT = ErrorContext("POST", "/v1/chat/completions", ("sk-very-secret",))


def test_an_error_gets_its_request_and_the_ids_of_all_attempts() -> None:
    error = CONTEXT.named(IoError("reset"), ("1", "2"))

    assert (error.method, error.path) == ("POST", "/v1/chat/completions")
    assert error.request_ids == ("1", "2")


def test_secrets_are_removed_from_the_error_and_from_its_causes() -> None:
    error = IoError("the server said sk-very-secret")
    error.__cause__ = OSError("refused for sk-very-secret")

    CONTEXT.named(error)

    assert "very-secret" not in f"{error} {error.__cause__} {error.args}"


def test_the_repr_shows_no_secret() -> None:
    assert "very-secret" not in repr(CONTEXT)


def test_no_other_module_removes_secrets() -> None:
    package = Path(vllm_client.__file__).parent
    uses = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "without_secrets"
    }

    assert uses == {"call/error_context.py"}
