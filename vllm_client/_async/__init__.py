"""The async client, authored. `_sync/` is generated from it."""
