"""Build requests, decide about retries and decode responses, without I/O."""
