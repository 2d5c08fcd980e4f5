"""Status, models, metrics and tokenizer of the server, and requests to any other route."""
