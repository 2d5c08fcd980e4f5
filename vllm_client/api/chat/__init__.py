"""Chat completions: messages, tools, parsed answers."""
