"""A model of vLLM's engine: continuous batching, a waiting queue, KV blocks, a prefix cache.

`core.EngineCore` is the model, one scheduler step at a time. It has no clock: `now` is passed in.
Tests run it on a virtual clock; `SimulatedVllm(engine=Engine(…))` runs it in real time.
"""
