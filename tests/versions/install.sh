#!/usr/bin/env bash
# install.sh FOLDER [VERSION…]   makes a venv for each version of vLLM that tests/versions tries, as
# FOLDER/VERSION; does nothing where it is already there. Some 3 GB and two to four minutes each.
set -euo pipefail
folder=${1:?usage: install.sh FOLDER [VERSION…]}
here=$(cd "$(dirname "$0")" && pwd)
shift
[ $# -gt 0 ] || set -- 0.11.0 0.15.1 0.20.2 0.25.1 0.32.0 0.33.0
for version in "$@"; do
  bash "$here/../live/install.sh" "$folder/$version" "$version"
done
