"""A small program whose tests pass on a real vLLM, a simulated one and a cassette."""
