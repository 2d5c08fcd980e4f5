"""I/O of the async client, on asyncio. `threads/` is the sync counterpart, with the same names."""
