# Generated from vllm_client/_io/asyncio_/__init__.py by `python tests/tools/generate_sync.py`.
"""I/O on asyncio (`asyncio_/`) and in threads (`threads/`), in modules of the same names."""
