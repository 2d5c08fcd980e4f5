# Generated from vllm_client/_io/asyncio_/__init__.py by `python tests/tools/generate_sync.py`.
"""I/O of the async client, on asyncio. `threads/` is the sync counterpart, with the same names."""
