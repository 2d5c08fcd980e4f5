"""Virtual environments, one per peer, made on first use and kept under build/."""

import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
KEPT = CHECKOUT / "build" / "benchmarks" / "environments"

REQUIREMENTS = {
    "bare": [],
    "openai": ["openai==3.54.*"],
    "openai-aiohttp": ["openai[aiohttp]==3.54.*"],
    "httpx": ["httpx==0.28.*"],
    "aiohttp": ["aiohttp==3.*"],
    "ours": [str(CHECKOUT)],
    "ours-orjson": [f"{CHECKOUT}[orjson]"],
    "ours-ray": [f"{CHECKOUT}[ray]", "pydantic>=2", "aiohttp==3.*"],
    "ours-openai": [str(CHECKOUT), "openai==3.*"],
    "ours-langchain-openai": [str(CHECKOUT), "langchain-openai==1.*"],
    "ours-instructor": [str(CHECKOUT), "instructor==1.*"],
    "ours-litellm": [str(CHECKOUT), "litellm==1.*"],
    "ours-pydantic-ai": [str(CHECKOUT), "pydantic-ai-slim[openai]==2.*"],
    "ours-llama-index": [str(CHECKOUT), "llama-index-llms-openai-like==0.8.*"],
}

# Stop these libraries from downloading price lists and sending telemetry.
QUIET = {
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
}


@cache
def python_of(environment: str) -> Path:
    """Return the interpreter of an environment. Make the environment if it is missing or outdated.

    Raises:
        CalledProcessError: A package cannot be installed.
    """
    folder = KEPT / environment
    python, stamp = folder / "bin" / "python", folder / "contents"
    wanted = _contents(environment)
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"Making the environment {environment} …", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    if REQUIREMENTS[environment]:
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
        subprocess.run([*pip, *REQUIREMENTS[environment]], check=True)
    stamp.write_text(wanted)
    return python


def _contents(environment: str) -> str:
    """Return what an environment is made from: its requirements, and a hash of our sources."""
    digest = hashlib.sha256()
    if environment.startswith("ours"):
        for path in [CHECKOUT / "pyproject.toml", *sorted(CHECKOUT.glob("vllm_client/**/*.py"))]:
            digest.update(path.read_bytes())
    return f"{sys.version} {REQUIREMENTS[environment]} {digest.hexdigest()}"


def made() -> list[str]:
    """Return the names of the existing environments."""
    return [name for name in REQUIREMENTS if (KEPT / name / "contents").exists()]


def versions(environment: str) -> dict[str, str]:
    """Return name and version of each package in an environment, without installers."""
    command = [python_of(environment), "-m", "pip", "list", "--format=json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    packages = {package["name"]: package["version"] for package in json.loads(done.stdout)}
    return {name: packages[name] for name in sorted(packages) if name not in {"pip", "setuptools"}}


def clean_variables() -> dict[str, str]:
    """Return the variables for a measured process, without proxies and PYTHON… variables."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") and not name.lower().endswith("_proxy")
    }
    return kept | QUIET
