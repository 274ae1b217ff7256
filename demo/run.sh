#!/usr/bin/env bash
# `make demo`: meter real models at work, account for them, and say what to try next.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi
title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# Each command is shown as it can be typed, then run.
step() { printf '$ %s\n' "$1"; bash -c "$1"; }

title "1. Run real models under the meter"
step ".venv/bin/submeter run --name demo --stage inference -- .venv/bin/python -m demo.workload"

title "2. It is on the record, in joules; carbon is worked out when asked"
step ".venv/bin/submeter ledger list"

title "3. The same joules in France, and in Poland"
for place in FR PL; do
  step ".venv/bin/submeter account last --region $place | grep -A3 ^carbon"
done

title "What to try next"
cat <<'NEXT'
  .venv/bin/submeter run -- CMD                 meter a command of your own
  .venv/bin/submeter run --region FR -- CMD     and say where it runs
  .venv/bin/submeter account last               the whole account again, with its sources
  .venv/bin/submeter doctor                     which sensors this machine has, and how to open more
  demo/workload.py                              measuring from within Python
  docs/tutorials/first-account.md               all of this, step by step
NEXT
