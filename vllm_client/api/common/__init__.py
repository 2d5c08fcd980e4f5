"""Options, the request builder and input checks that several folders of `api` share."""
