# Generated from vllm_client/_async/__init__.py by `python tests/tools/generate_sync.py`.
"""One side of the client: it waits and moves bytes, and decides nothing."""
