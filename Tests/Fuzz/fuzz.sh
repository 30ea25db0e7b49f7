#!/usr/bin/env bash
# Feeds every reader with mutated bytes: fuzz.sh CPU-SECONDS [READER…], each at most RUNS executions if that is set; an input
# that takes HANG seconds (20) is a finding. Seeds are in Corpora/, words in
# Dictionaries/; what mutation finds of new paths is kept in .build/corpora/, inputs that fail in .build/findings/.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
shift || true
readers=${*:-wkb geopackage geojson csv study decide appraise pages}
swift build -c release --product FuzzReaders
mkdir -p .build/findings
failed=0
for reader in $readers; do
  mkdir -p ".build/corpora/$reader"
  # Short inputs are quick, and reach as much: only files with a fixed frame need room.
  case $reader in geopackage) limit=65536 ;; pages) limit=4096 ;; study) limit=4096 ;; *) limit=1024 ;; esac
  words=""
  [ -e "Dictionaries/$reader" ] && words="-dict=Dictionaries/$reader"
  status=0
  FUZZ_READER=$reader FUZZ_CPU_SECONDS=$seconds ASAN_OPTIONS=detect_leaks=0 .build/release/FuzzReaders \
    ".build/corpora/$reader" "Corpora/$reader" $words -runs="${RUNS:--1}" -max_len=$limit -timeout="${HANG:-20}" -rss_limit_mb=1024 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix=".build/findings/$reader-" >".build/$reader.log" 2>&1 || status=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' ".build/$reader.log" | tail -1)
  spent=$(sed -n 's/^CPU seconds: *//p' ".build/$reader.log" | tail -1)
  echo "$reader: ${executions:-?} executions in ${spent:-?} CPU s, $([ $status = 0 ] && echo no finding || echo "FINDING, see Tests/Fuzz/.build/$reader.log")"
  [ $status = 0 ] || failed=1
done
rm -f /dev/shm/rekindle-fuzz-* /tmp/rekindle-fuzz-*
exit $failed
