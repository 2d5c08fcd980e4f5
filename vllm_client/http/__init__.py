"""HTTP without sockets: messages, headers, URLs, media types and timeouts."""
