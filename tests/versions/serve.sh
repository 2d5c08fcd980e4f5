#!/usr/bin/env bash
# serve.sh CONFIG PORT   the tiny model on vLLM of any version, on 127.0.0.1:PORT, in the foreground.
# CONFIG is chat or embed. VLLM_PY is the python of the venv, VERSION its vLLM, MODEL the model's folder.
set -euo pipefail
config=${1:?usage: serve.sh CONFIG PORT} port=${2:?usage: serve.sh CONFIG PORT}

export VLLM_TARGET_DEVICE=cpu HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1
export OMP_NUM_THREADS=1 VLLM_CPU_OMP_THREADS_BIND=auto
flags=(--dtype float32 --enforce-eager --max-num-seqs 16)
case $VERSION in
  0.1[0-9].*) export VLLM_CPU_KVCACHE_SPACE=1 ;; # in GiB, the least
  *)          flags+=(--kv-cache-memory-bytes 67108864) ;;
esac
case $config in
  chat)  flags+=(--served-model-name tiny --max-model-len 2048
                 --reasoning-parser qwen3 --enable-auto-tool-choice --tool-call-parser hermes) ;;
  embed) flags+=(--served-model-name embed --max-model-len 512 --runner pooling --convert embed) ;;
  *) echo "serve.sh knows no configuration $config" >&2; exit 2 ;;
esac
exec "$VLLM_PY" -m vllm.entrypoints.openai.api_server \
  --model "$MODEL" --host 127.0.0.1 --port "$port" "${flags[@]}"
