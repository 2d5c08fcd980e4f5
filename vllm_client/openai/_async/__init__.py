"""The async client, from which the sync client is generated."""
