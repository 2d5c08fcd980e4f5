"""Idioms of scripts that are written for openai-python 3, each a small case that runs.

The list was made from the README, api.md, helpers.md and the names of the tests of openai-python,
and from the example clients of vLLM. `tests/openai/test_idioms.py` runs each case with
`vllm_client.openai`; `python -m tests.openai.with_openai_python` runs the same cases with
openai-python itself, which shows that they are idioms of it.
"""
