"""Python types to JSON schema, and JSON values back to instances."""
