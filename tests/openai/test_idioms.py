import pytest

from .setting import Case, cases, run

CASES = dict(cases())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_idiom_of_openai_python_works(case: Case) -> None:
    run(case, "vllm_client.openai")
