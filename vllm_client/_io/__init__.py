"""Sockets, waiting and files: the parts that do I/O, for asyncio and for threads."""
