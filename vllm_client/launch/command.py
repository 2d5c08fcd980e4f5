"""The command line and the environment of a `vllm serve` process."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Mapping, Sequence
from math import prod

from .. import RequestError

# The arguments that multiply the number of GPUs of a server, with all their names.
_SIZES = {
    "--tensor-parallel-size": "tensor",
    "-tp": "tensor",
    "--pipeline-parallel-size": "pipeline",
    "-pp": "pipeline",
    "--prefill-context-parallel-size": "prefill context",
    "-pcp": "prefill context",
    "--data-parallel-size": "data",
    "-dp": "data",
    "--data-parallel-size-local": "data on this machine",
    "-dpl": "data on this machine",
}
# Values of CUDA_VISIBLE_DEVICES that hide all GPUs, used to run vLLM on the CPU.
_NO_DEVICES = {"", "-1"}
_OWN_ARGUMENTS = {"--host": "host=", "--port": "port=", "--uds": "", "--model": "model="}
_MODULE = "vllm.entrypoints.openai.api_server"


def serve_command(
    model: str, host: str, port: int, args: Sequence[str], python: str | None
) -> list[str]:
    """Return the command that serves a model.

    Args:
        model: The model, as for `vllm serve`.
        host: The address to listen on.
        port: The port to listen on.
        args: Further arguments for vLLM.
        python: The Python interpreter that has vLLM. None for the command `vllm` on the PATH, else
            this Python.

    Raises:
        RequestError: `args` contains an argument that `launch` sets itself, or vLLM was not found.
    """
    for arg in args:
        name, _, _ = _named(arg)
        if name in _OWN_ARGUMENTS:
            instead = _OWN_ARGUMENTS[name]
            hint = f"; use {instead}" if instead else ""
            raise RequestError(f"args: launch sets {name} itself{hint}")
    if python is not None and shutil.which(python) is None:
        raise RequestError(f"python: {python} is not an executable program")
    address = ["--host", host, "--port", str(port)]
    command = None if python is not None else shutil.which("vllm")
    if command is not None:
        return [command, "serve", model, *address, *args]
    if python is None and importlib.util.find_spec("vllm") is None:
        raise RequestError(
            "vLLM was not found: there is no command `vllm` on the PATH, and this Python has no "
            "module vllm; pass the Python that has it as python= (--python)"
        )
    return [python or sys.executable, "-m", _MODULE, "--model", model, *address, *args]


def gpus_per_replica(args: Sequence[str]) -> int:
    """Return the number of GPUs of a server: the product of the parallel sizes in its arguments.

    Raises:
        RequestError: A size is not a number above 0.
    """
    sizes: dict[str, int] = {}
    for place, arg in enumerate(args):
        name, has_value, value = _named(arg)
        if name not in _SIZES:
            continue
        text = value if has_value else next(iter(args[place + 1 : place + 2]), "")
        if not (text.isascii() and text.isdigit() and int(text)):
            raise RequestError(f"args: expected a number above 0 after {name}, got {text!r}")
        sizes[_SIZES[name]] = int(text)
    here = sizes.pop("data on this machine", None)
    if here is not None:
        sizes["data"] = here
    return prod(sizes.values())


def _named(arg: str) -> tuple[str, str, str]:
    """Split an argument into its name, "=" or "", and its value.

    In the name "_" is replaced by "-", as vLLM does.
    """
    name, has_value, value = arg.partition("=")
    return (name.replace("_", "-") if name.startswith("--") else name), has_value, value


def visible_devices(environment: Mapping[str, str], replica: int, size: int) -> str:
    """Return the value of CUDA_VISIBLE_DEVICES for a replica.

    Args:
        environment: The environment variables. CUDA_VISIBLE_DEVICES in it lists the GPUs to choose
            from; if it hides all GPUs, its value is returned unchanged.
        replica: The number of the replica, from 0.
        size: The number of GPUs of each replica.

    Raises:
        RequestError: CUDA_VISIBLE_DEVICES lists too few GPUs.
    """
    first = replica * size
    allowed = environment.get("CUDA_VISIBLE_DEVICES")
    if allowed is None:
        return ",".join(str(number) for number in range(first, first + size))
    if allowed.strip() in _NO_DEVICES:
        return allowed
    devices = [device.strip() for device in allowed.split(",") if device.strip()]
    if len(devices) < first + size:
        raise RequestError(
            f"replica {replica} needs {size} GPUs, but CUDA_VISIBLE_DEVICES={allowed!r} has "
            f"{max(len(devices) - first, 0)} left for it"
        )
    return ",".join(devices[first : first + size])
