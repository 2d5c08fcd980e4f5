"""Bulk runs on the engine model in virtual time: minutes of a GPU in tenths of a second."""
