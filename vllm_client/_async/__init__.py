"""The async client. The sync client is generated from it. `_sync/` is generated from it."""
