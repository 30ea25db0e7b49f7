#!/usr/bin/env bash
# Rekindle beside its peers on the same files, in the same run.
#   Tests/Benchmarks/bench.sh [N]      N buildings (default 100000); `make bench N=…` builds the engine first
# BENCH_PEERS   folder with make_city.py, which makes the city (default: ../shared/bench beside the repository)
# BENCH_WORK    where cities, the peers' environment and results go (default: .build/bench in the repository)
# REKINDLE      the executable to measure (default: .build/release/rekindle)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
count=${1:-100000}
peers=${BENCH_PEERS:-$root/../shared/bench}
work=${BENCH_WORK:-$root/.build/bench}
rekindle=${REKINDLE:-$root/.build/release/rekindle}
[ -x "$rekindle" ] || { echo "There is no $rekindle: run make build, or name another with REKINDLE=." >&2; exit 69; }
command -v python3 >/dev/null || { echo "The comparison needs python3 (apt-get install python3 python3-venv)." >&2; exit 69; }
mkdir -p "$work/data"

python=$work/venv/bin/python
if [ ! -x "$python" ]; then
  echo "Making an environment for the peers in $work/venv …"
  python3 -m venv "$work/venv" || { echo "python3 has no venv (apt-get install python3-venv)." >&2; exit 69; }
  "$work/venv/bin/pip" install --quiet geopandas shapely pyogrio momepy scipy libpysal duckdb duckdb-extension-spatial \
    || echo "Some peers could not be installed; their columns stay empty." >&2
  # Pandana comes without wheels for some systems; scipy's Dijkstra then stands alone for the network.
  "$work/venv/bin/pip" install --quiet pandana || echo "pandana could not be installed; scipy's Dijkstra stands for the network." >&2
fi

city=$work/data/city_$count.gpkg
if [ ! -f "$city" ]; then
  if [ -f "$peers/make_city.py" ]; then
    "$python" "$peers/make_city.py" --n "$count" --data "$work/data" --no-geojson
  else
    echo "There is no city of $count buildings in $work/data, and no make_city.py in $peers to make one. Put the folder with it beside the \
repository as ../shared/bench, name it with BENCH_PEERS=, or put a GeoPackage with the layers buildings, districts, pois, cci and street_edges \
there as city_$count.gpkg." >&2
    exit 66
  fi
fi

"$python" "$here/side_by_side.py" --rekindle "$rekindle" --home "$root" --city "$city" --work "$work"
[ "${KERNELS:-1}" = 0 ] || swift run --package-path "$here" --scratch-path "$work/kernels" -c release KernelBenchmarks "$count"
