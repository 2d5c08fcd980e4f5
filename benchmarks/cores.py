"""The core for the measured client, and the core for the load server."""

import os


def _usable_cores() -> list[int]:
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0))


_USABLE = _usable_cores()
CLIENT_CORE = _USABLE[0] if len(_USABLE) > 1 else None
SERVER_CORE = _USABLE[1] if len(_USABLE) > 1 else None


def stay_on_client_core() -> None:
    """Pin this process, and the processes that it starts from now on, to the client's core."""
    if CLIENT_CORE is not None:
        os.sched_setaffinity(0, {CLIENT_CORE})
