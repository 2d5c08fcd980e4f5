"""The async client, from which the sync client in `_sync/` is generated."""
