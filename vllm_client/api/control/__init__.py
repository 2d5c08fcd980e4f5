"""Control of a running server: dev mode, LoRA adapters, weights, scaling."""
