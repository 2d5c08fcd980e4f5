"""Convert Python types to JSON schema, and JSON values to instances of the types."""
