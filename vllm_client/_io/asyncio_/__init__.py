"""I/O on asyncio (`asyncio_/`) and in threads (`threads/`), in modules of the same names."""
