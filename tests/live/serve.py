"""Run one live server in the foreground, for manual work.

    VLLM_PY=PYTHON python -m tests.live.serve CONFIG PORT [arguments of vLLM]

PYTHON is the interpreter made by install.sh. The server `chat-uds` listens on the socket UDS.
"""

import argparse
import os

from tests.live.configurations import CONFIGURATIONS
from vllm_client.launch.command import serve_command


def main() -> None:
    """Replace this process by the server."""
    parser = argparse.ArgumentParser(usage="%(prog)s CONFIG PORT [arguments of vLLM]")
    parser.add_argument("config", choices=CONFIGURATIONS)
    parser.add_argument("port", type=int)
    options, args = parser.parse_known_args()
    served = CONFIGURATIONS[options.config]
    if options.config == "chat-uds":
        args += ["--uds", os.environ["UDS"]]
    command = serve_command(
        served.model, "127.0.0.1", options.port, served.args, os.environ["VLLM_PY"]
    )
    os.execve(command[0], [*command, *args], {**os.environ, **served.env})


if __name__ == "__main__":
    main()
