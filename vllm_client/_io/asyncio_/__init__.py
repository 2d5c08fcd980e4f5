"""I/O of the async client, in asyncio. `threads/` has the same names."""
