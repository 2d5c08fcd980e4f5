"""The classes of `client.embeddings`."""

from . import AsyncEmbeddings, Embeddings

__all__ = ["AsyncEmbeddings", "Embeddings"]
