"""The families of routes, a module each: what they take, and how vLLM writes their answers."""
