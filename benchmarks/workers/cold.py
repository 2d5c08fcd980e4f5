"""A script from its start to the first token: `cold.py PEER URL` prints CPU seconds as JSON.

Import nothing here before the peer is imported.
"""

import sys
import time

QUESTION = {
    "model": "stream:100",
    "messages": [{"role": "user", "content": "What is recursion?"}],
    "temperature": 0.7,
}


def nothing(url):
    yield
    yield


def openai(url):
    import openai

    yield
    client = openai.OpenAI(base_url=url, api_key="key")
    yield
    for chunk in client.chat.completions.create(**QUESTION, stream=True):
        if chunk.choices and chunk.choices[0].delta.content:
            return


def httpx(url):
    import httpx

    yield
    client = httpx.Client(base_url=url, timeout=600)
    yield
    import json

    body = {**QUESTION, "stream": True}
    with client.stream("POST", "/chat/completions", json=body) as response:
        for line in response.iter_lines():
            if line and json.loads(line[6:])["choices"][0]["delta"]["content"]:
                return


def raw(url):
    import json
    import socket

    yield
    host, port = url.split("/")[2].split(":")
    connection = socket.create_connection((host, int(port)))
    yield
    body = json.dumps({**QUESTION, "stream": True}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}"
    connection.sendall(head.encode() + b"\r\n\r\n" + body)
    received = connection.makefile("rb")
    for line in received:
        if line.startswith(b"data: ") and json.loads(line[6:])["choices"][0]["delta"]["content"]:
            return


def ours(url):
    import vllm_client

    yield
    client = vllm_client.SyncVllmClient(url)
    yield
    with client.chat.completions.stream(**QUESTION) as stream:
        for event in stream:
            if isinstance(event, vllm_client.StreamEvent.Content):
                return


def main():
    peer, url = sys.argv[1:]
    phases = globals()[peer](url)
    started = time.process_time()
    next(phases)
    imported = time.process_time()
    next(phases)
    constructed = time.process_time()
    for _ in phases:
        pass
    first_token, at = time.process_time(), time.monotonic()

    import json

    print(
        json.dumps(
            {
                "import": imported - started,
                "construction": constructed - imported,
                "first_token": first_token,
                "at": at,
            }
        )
    )


if __name__ == "__main__":
    main()
