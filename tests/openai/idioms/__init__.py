"""Test cases for idioms of scripts that are written for openai-python 3.

Their sources are the README, api.md, helpers.md and the names of the tests of openai-python, and
the example clients of vLLM. `tests/openai/test_idioms.py` runs each case with `vllm_client.openai`;
`python -m tests.openai.with_openai_python` runs the same cases with openai-python itself, to check
that they work there.
"""
