"""Endpoint families, one module each: how requests are parsed and answers are written."""
