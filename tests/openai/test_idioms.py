from collections.abc import Iterator

import pytest

from vllm_client.openai import _module_client

from .setting import Case, cases, run

CASES = dict(cases())


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "VLLM_API_KEY", "VLLM_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    yield
    _module_client.close()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_idiom_of_openai_python_works(case: Case) -> None:
    run(case, "vllm_client.openai")
