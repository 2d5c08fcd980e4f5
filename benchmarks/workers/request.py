"""The question that every peer sends. The load server reads only its `model`."""

MESSAGES = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": "What is recursion? Answer in three sentences."},
]
OPTIONS = {"temperature": 0.7, "max_tokens": 1000}


def plain_body(model):
    return {"model": model, "messages": MESSAGES, **OPTIONS}


def stream_body(model):
    return {
        **plain_body(model),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
