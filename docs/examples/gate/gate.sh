#!/usr/bin/env bash
# Train a study anew and compare it with a report that was kept:
#
#   gate.sh STUDY.toml BASELINE [options of harness compare]
#
# Its exit code is that of harness compare: 0 it holds, 1 something is worse, 3 the data do not say, 2 the two cannot be
# compared. In a job of GitHub Actions the verdicts also stand in the job's summary. GATE_FOLDER keeps what was trained.
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: gate.sh STUDY.toml BASELINE [options of harness compare]" >&2
  exit 2
fi
study=$1 baseline=$2
shift 2

if [ -n "${GATE_FOLDER:-}" ]; then
  fresh=$GATE_FOLDER
  if [ -e "$fresh" ]; then
    echo "gate.sh: $fresh is there already: what it has would be taken for new. Remove it, or name another." >&2
    exit 2
  fi
else
  fresh=$(mktemp -d)
  trap 'rm -rf "$fresh"' EXIT
fi

# a store of its own: in the one that the baseline comes from, the run would find everything trained
if ! harness run "$study" --store "$fresh/store" --reports "$fresh/reports"; then
  echo "gate.sh: $study could not be trained; nothing was compared." >&2
  exit 2
fi
summary=()
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  summary=(--summary "$GITHUB_STEP_SUMMARY")
fi
harness compare "$baseline" "$fresh/reports/$(basename "$study" .toml)" "$@" ${summary[@]+"${summary[@]}"}
