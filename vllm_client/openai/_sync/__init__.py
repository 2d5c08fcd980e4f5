# Generated from vllm_client/openai/_async/__init__.py by `python tests/tools/generate_sync.py`.
"""The async client, from which the sync client is generated."""
