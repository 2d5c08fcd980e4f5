#!/usr/bin/env bash
# serve.sh CONFIG PORT [vllm flags]   one tiny real vLLM server on 127.0.0.1:PORT, in the foreground.
# VLLM_PY is the python of the venv that install.sh made. chat-uds listens on the socket UDS instead.
set -euo pipefail
config=${1:?usage: serve.sh CONFIG PORT [vllm flags]} port=${2:?usage: serve.sh CONFIG PORT [vllm flags]}
shift 2
here=$(cd "$(dirname "$0")" && pwd)
models=$here/models
python=${VLLM_PY:?set VLLM_PY to the python of the venv that install.sh made}

export VLLM_TARGET_DEVICE=cpu HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1
export OMP_NUM_THREADS=1 VLLM_CPU_OMP_THREADS_BIND=${VLLM_CPU_OMP_THREADS_BIND:-auto}

# uni: the worker runs in the engine's process, which spares a process and a quarter of the start
small=(--dtype float32 --enforce-eager --max-num-seqs 32 --kv-cache-memory-bytes 67108864
       --distributed-executor-backend uni)
writes=(--max-model-len 2048 --enable-prompt-tokens-details)
parses=(--reasoning-parser qwen3 --enable-auto-tool-choice --tool-call-parser hermes)
tiny=(--model "$models/chat" --served-model-name tiny "${writes[@]}")
case $config in
  chat)      flags=("${tiny[@]}" "${parses[@]}") ;;
  chat-raw)  flags=("${tiny[@]}") ;;
  chat-dev)  export VLLM_SERVER_DEV_MODE=1 VLLM_ALLOW_RUNTIME_LORA_UPDATING=1
             flags=("${tiny[@]}" --served-model-name tiny tiny-alias "${parses[@]}"
                    --enable-lora --max-lora-rank 8
                    --enable-request-id-headers --enable-force-include-usage
                    --enable-server-load-tracking
                    --weight-transfer-config '{"backend": "ipc"}'
                    --kv-events-config.enable_kv_cache_events true
                    --kv-events-config.endpoint inproc://kv-events
                    --profiler-config.profiler torch
                    --profiler-config.torch_profiler_dir "${TMPDIR:-/tmp}/vllm-client-live-profiles") ;;
  chat-scale-out) export VLLM_ENABLE_RESPONSES_API_STORE=1 PYTHONPATH=$here/connectors
             flags=("${tiny[@]}" "${parses[@]}" --enable-scale-out --enable-server-load-tracking
                    --kv-transfer-config.kv_connector EchoConnector
                    --kv-transfer-config.kv_connector_module_path echo_connector
                    --kv-transfer-config.kv_role kv_both) ;;
  chat-decides) flags=("${tiny[@]}" --tokenizer "$models/decides") ;;
  chat-auth) flags=("${tiny[@]}" "${parses[@]}" --api-key sk-one sk-two --root-path /llm) ;;
  chat-uds)  flags=("${tiny[@]}" "${parses[@]}" --uds "${UDS:?set UDS to the path of the socket}") ;;
  idefics3)  flags=(--model "$models/idefics3" --served-model-name vlm "${writes[@]}"
                    --limit-mm-per-prompt '{"image":4}') ;;
  embed)     flags=(--model "$models/chat" --served-model-name embed --max-model-len 512
                    --runner pooling --convert embed) ;;
  token_embed) flags=(--model "$models/chat" --served-model-name token-embed --max-model-len 512
                    --runner pooling --convert embed --pooler-config.task token_embed) ;;
  bert_embed | bert_rank | bert_class)
             flags=(--model "$models/$config" --served-model-name "${config/_/-}" --max-model-len 512) ;;
  qwen3_rank) flags=(--model "$models/qwen3_rank" --served-model-name qwen3-rank --max-model-len 512
                    --runner pooling) ;;
  whisper)   flags=(--model "$models/whisper" --served-model-name whisper
                    --enable-tokenizer-info-endpoint) ;;
  *) echo "serve.sh knows no configuration $config" >&2; exit 2 ;;
esac
exec "$python" -m vllm.entrypoints.openai.api_server \
  --host 127.0.0.1 --port "$port" "${small[@]}" "${flags[@]}" "$@"
