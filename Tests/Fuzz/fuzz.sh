#!/usr/bin/env bash
# Feeds every reader with mutated bytes: fuzz.sh SECONDS [READER…]. Seeds are in Corpora/, findings go to .build/findings.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
shift || true
readers=${*:-wkb geopackage geojson csv study decide appraise}
swift build -c release --product FuzzReaders
mkdir -p .build/findings
failed=0
for reader in $readers; do
  mkdir -p ".build/corpora/$reader"
  limit=4096
  [ "$reader" = geopackage ] && limit=65536
  status=0
  FUZZ_READER=$reader ASAN_OPTIONS=detect_leaks=0 .build/release/FuzzReaders ".build/corpora/$reader" "Corpora/$reader" \
    -max_total_time="$seconds" -max_len=$limit -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix=".build/findings/$reader-" >".build/$reader.log" 2>&1 || status=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' ".build/$reader.log" | tail -1)
  echo "$reader: ${executions:-?} executions, $([ $status = 0 ] && echo no finding || echo "FINDING, see Tests/Fuzz/.build/$reader.log")"
  [ $status = 0 ] || failed=1
done
rm -f /dev/shm/rekindle-fuzz-* /tmp/rekindle-fuzz-*
exit $failed
