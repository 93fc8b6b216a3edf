#!/usr/bin/env bash
# Tests Lamplight against servers that are not ours, on loopback:
#   medplum/  a FHIR R4 server (npm)
#   hapi/     HAPI FHIR's validator (Maven Central)
# Needs npm and a JDK (17 or later) with mvn. What it installs goes to
# build/interop and is kept for the next run.
set -euo pipefail
cd "$(dirname "$0")/.."
src=$PWD/interop
work=${INTEROP_DIR:-$PWD/build/interop}
mkdir -p "$work/medplum" "$work/hapi"

pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap cleanup EXIT

need() {
  command -v "$1" >/dev/null || { echo "interop: $1 is missing; install $2" >&2; exit 1; }
}
need npm "npm (Debian: apt install npm)"
need mvn "Maven (Debian: apt install maven)"
need javac "a JDK (Debian: apt install openjdk-17-jdk-headless)"

# start NAME COMMAND…: runs it in the background and waits for its "ready" line.
start() {
  local name=$1 log="$work/$1.log"
  shift
  "$@" >"$log" 2>&1 &
  pids+=($!)
  for _ in $(seq 240); do
    address=$(sed -n 's/^ready //p' "$log")
    [ -n "$address" ] && return
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.5
  done
  echo "interop: $name did not start:" >&2
  tail -n 20 "$log" | cut -c1-400 >&2
  exit 1
}

# Node 22 comes with the packages, for machines whose own is older.
cp "$src/medplum/"* "$work/medplum/"
stamp=$(cat "$src/medplum/package-lock.json" | sha256sum)
if [ "$(cat "$work/medplum/.installed" 2>/dev/null)" != "$stamp" ]; then
  (cd "$work/medplum" && npm ci --no-audit --no-fund --loglevel=error)
  echo "$stamp" >"$work/medplum/.installed"
fi
node=$(ls "$work"/medplum/node_modules/node-linux-*/bin/node 2>/dev/null | head -n 1)
start medplum env PORT=0 "${node:-node}" "$work/medplum/server.mjs"
export LAMPLIGHT_FHIR=$address

cp "$src/hapi/"* "$work/hapi/"
stamp=$(sha256sum <"$src/hapi/pom.xml")
if [ "$(cat "$work/hapi/.installed" 2>/dev/null)" != "$stamp" ]; then
  (cd "$work/hapi" && rm -rf lib && mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib)
  echo "$stamp" >"$work/hapi/.installed"
fi
start hapi java -cp "$work/hapi/lib/*" "$work/hapi/Judge.java"
export LAMPLIGHT_JUDGE=$address

set +e
go test -tags interop -count=1 -v ./interop/ >"$work/test.log" 2>&1
status=$?
set -e
grep -vE '^=== ' "$work/test.log" || true
# A group of tests counts beside its members.
passed=$(grep -cE '^ *--- PASS' "$work/test.log" || true)
failed=$(grep -cE '^ *--- (FAIL|SKIP)' "$work/test.log" || true) # here nothing may be missing
[ "$failed" = 0 ] || status=1
echo "$passed passed, $failed failed"
exit $status
