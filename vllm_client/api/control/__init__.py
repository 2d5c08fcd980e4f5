"""Control of a running server: development mode, LoRA adapters, weights, scaling."""
