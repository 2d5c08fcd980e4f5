"""Sockets, waiting and files: the code that does I/O, for asyncio and for threads."""
