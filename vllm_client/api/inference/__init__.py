"""Generation from token ids to token ids."""
