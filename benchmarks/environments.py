"""Virtual environments, one a peer, made when first needed and kept under build/."""

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

# These libraries would otherwise download price lists, or report what they do.
QUIET = {
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
}


@cache
def python_of(environment: str) -> Path:
    """The interpreter of an environment, made now if it is absent or no longer what it should be.

    Raises CalledProcessError when something cannot be installed.
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
    """What an environment is made from: the versions asked for, and our sources if it has them."""
    digest = hashlib.sha256()
    if environment.startswith("ours"):
        for path in [CHECKOUT / "pyproject.toml", *sorted(CHECKOUT.glob("vllm_client/**/*.py"))]:
            digest.update(path.read_bytes())
    return f"{sys.version} {REQUIREMENTS[environment]} {digest.hexdigest()}"


def made() -> list[str]:
    """The environments that there are."""
    return [name for name in REQUIREMENTS if (KEPT / name / "contents").exists()]


def versions(environment: str) -> dict[str, str]:
    """Name and version of each package in it, installers left out."""
    command = [python_of(environment), "-m", "pip", "list", "--format=json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    packages = {package["name"]: package["version"] for package in json.loads(done.stdout)}
    return {name: packages[name] for name in sorted(packages) if name not in {"pip", "setuptools"}}


def clean_variables() -> dict[str, str]:
    """The variables for a measured process: no proxy, and nothing that changes the interpreter."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") and not name.lower().endswith("_proxy")
    }
    return kept | QUIET
