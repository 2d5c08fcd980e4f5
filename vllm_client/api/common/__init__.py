"""Options, the request builder and input checks that several families share."""
