"""HTTP without sockets: bytes, headers, URLs, media and timeouts."""
