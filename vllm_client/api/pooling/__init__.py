"""Embeddings, pooling, classification and scores."""
