# Generated from vllm_client/_async/__init__.py by `python tests/tools/generate_sync.py`.
"""The async client. The sync client is generated from it. `_sync/` is generated from it."""
