"""Choose how a run uses its servers: one, or several."""

from __future__ import annotations

from ..bulk.run_options import RunOptions
from .bulk_servers import BulkServers, OneBulkServer
from .call_runner import AsyncCallRunner


def servers_of(caller: AsyncCallRunner, options: RunOptions) -> BulkServers:
    """Return the servers of a run. Raises RequestError."""
    if caller.settings.servers is None:
        return OneBulkServer(caller, options)
    # imported here, as a run at one server does not need it
    from .bulk_fleet import BulkFleet

    return BulkFleet(caller, options)
