"""Facts about vLLM's server: its routes, and the changes of each version."""
