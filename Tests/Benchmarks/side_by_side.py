#!/usr/bin/env python3
"""Runs Rekindle and its peers on one city and prints CPU, wall, peak memory and the ratio by stage.

Every command and every peer is a process of its own, on one thread unless said otherwise; CPU is user + system of the whole process.
"""
import argparse, csv, filecmp, json, os, re, subprocess, sys, time

arguments = argparse.ArgumentParser(description=__doc__)
for name in ("--rekindle", "--home", "--city", "--work"):
    arguments.add_argument(name, required=True)
a = arguments.parse_args()
here = os.path.dirname(os.path.abspath(__file__))
city = os.path.abspath(a.city)
work = os.path.abspath(a.work)
name = os.path.splitext(os.path.basename(city))[0]
environment = dict(os.environ, REKINDLE_HOME=a.home, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NUMBA_NUM_THREADS="1")


def run(command, output=None):
    """CPU s, wall s, peak MB of a process; its end with an error is one of ours."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=output or subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began, usage.ru_maxrss / 1024


def study():
    """A study of the city in which every building is a candidate."""
    path = f"{work}/{name}.yml"
    subprocess.run([a.rekindle, "init", city, "--output", path, "--force", "--quiet"], check=True, env=environment)
    text = re.sub(r"^candidates:.*$", "candidates: {vacancy: [all]}", open(path).read(), flags=re.M)
    open(path, "w").write(text)
    return path


def ours():
    path, out, timings = study(), f"{work}/{name}-out", f"{work}/{name}-timings.json"
    results = {}
    indicators = [a.rekindle, "indicators", city + "#buildings", "--format", "csv", "--output", f"{work}/{name}-indicators.csv", "--quiet"]
    results["indicators"] = run(indicators + ["--threads", "1"])
    results["indicators, 2 threads"] = run(indicators + ["--threads", "2"])
    score = [a.rekindle, "score", path, "--out", out, "--quiet"]
    results["score"] = run(score + ["--threads", "1", "--no-geojson", "--timings", timings])
    stages = {s["stage"]: s["cpu_s"] for s in json.load(open(timings))}
    first = digest(out)
    results["score, 2 threads"] = run(score + ["--threads", "2", "--no-geojson"])
    if digest(out) != first:
        sys.exit("score wrote other bytes with two threads")
    results["score with sites.geojson"] = run(score + ["--threads", "1"])
    export = [a.rekindle, "export", path, "--out", out, "--format", "geojson", "--quiet"]
    results["export"] = run(export + ["-o", f"{work}/{name}.geojson", "--threads", "1"])
    some = export + ["--columns", ",".join(as_many_columns)]
    results["export, some"] = run(some + ["-o", f"{work}/{name}-some.geojson", "--threads", "1"])
    results["export, some, 2 threads"] = run(some + ["-o", f"{work}/{name}-some-2.geojson", "--threads", "2"])
    if not filecmp.cmp(f"{work}/{name}-some.geojson", f"{work}/{name}-some-2.geojson", shallow=False):
        sys.exit("export wrote other bytes with two threads")
    # One site among all, from the middle of the ranking and from the short list; the figures are processor seconds, not promises of time.
    with open(out + "/ranking.csv") as ranking:
        ids = [row["site_id"] for row in csv.DictReader(ranking)]
    for title, id in (("the middle", ids[len(ids) // 2]), ("the short list", ids[0])):
        for command in ("explain", "report"):
            results[f"{command}, one site of {title}"] = run([a.rekindle, command, path, id, "--out", out, "--quiet"])
    return results, stages


# Ten attributes and 38 measures, as many and of the same kinds as the geopandas stack writes.
as_many_columns = (
    "site_id name rank score score_low score_high vacancy best_sector district_id ind_storeys ind_footprint_area_m2 ind_perimeter_m "
    "ind_courtyard_area_m2 ind_isoperimetric_quotient ind_circular_compactness ind_elongation ind_orientation_deg ind_rectangularity "
    "ind_convexity ind_shared_wall_ratio ind_walk_to_* ind_*_within_400_m ind_*_within_800_m").split()


def digest(out):
    return json.load(open(out + "/run.json"))["outputs"]


def peers():
    """Stage → (CPU s, peak MB) of each peer that is installed."""
    found = {}
    for peer in ("geopandas", "network", "duckdb"):
        file = f"{work}/{name}-{peer}.jsonl"
        with open(file, "w") as output:
            try:
                run([sys.executable, f"{here}/peer_stages.py", peer, city, work], output)
            except SystemExit as problem:
                print(f"{peer}: {problem}", file=sys.stderr)
        for line in open(file):
            # Some libraries talk on standard output.
            if line.startswith('{"stage"'):
                row = json.loads(line)
                found[peer, row["stage"]] = row
    return found


results, stages = ours()
found = peers()


def cpu(*keys):
    values = [found[k]["cpu"] for k in keys if k in found]
    return sum(values) if values else None


def peak(*keys):
    values = [found[k]["peak_mb"] for k in keys if k in found]
    return max(values) if values else None


def number(x):
    return "–" if x is None else f"{x:.3f}" if x < 1 else f"{x:.2f}" if x < 100 else f"{x:.0f}"


geo = "geopandas"
form = [(geo, s) for s in ("read", "shape", "corners", "shared walls")]
plain = [(geo, s) for s in ("read", "validity", "shape", "shared walls", "districts", "nearest and counts", "density", "hot spots", "score", "write")]
pandana = [("network", s) for s in ("pandana build", "pandana nearest", "pandana counts")]
network = pandana if all(k in found for k in pandana) else [("network", "dijkstra nearest"), ("network", "dijkstra counts")]
score = results["score"]
net = stages.get("network access", 0)
rows = [
    ("indicators: shape, corners, shared walls", *results["indicators"], cpu(*form), peak(*form)),
    ("score: the whole list", *score, cpu(*plain, *network), peak(*plain, *network)),
    ("score: the list without the network", score[0] - net, None, None, cpu(*plain), peak(*plain)),
    ("  network: nearest and counts", net, None, None, cpu(*network), peak(*network)),
    ("  network: peer is scipy's Dijkstra", net, None, None, cpu(("network", "dijkstra nearest"), ("network", "dijkstra counts")), None),
    ("  read layers (peer: buildings by geopandas)", stages.get("read layers"), None, None, cpu((geo, "read")), None),
    ("  read layers (peer: buildings by DuckDB)", stages.get("read layers"), None, None, cpu(("duckdb", "read")), None),
    ("  shape", stages.get("shape"), None, None, cpu((geo, "shape"), (geo, "corners")), None),
    ("  shared walls", stages.get("shared walls"), None, None, cpu((geo, "shared walls")), None),
    ("  district join", stages.get("district join"), None, None, cpu((geo, "districts")), None),
    ("  density", stages.get("company density"), None, None, cpu((geo, "density")), None),
    ("  hot spots", stages.get("hot spots"), None, None, cpu((geo, "hot spots")), None),
    ("  score", stages.get("score"), None, None, cpu((geo, "score")), None),
    ("  write GeoPackage and CSV", stages.get("write"), None, None, cpu((geo, "write")), None),
    ("score with sites.geojson", *results["score with sites.geojson"], None, None),
    ("export --format geojson: 48 columns as the peer", *results["export, some"], cpu((geo, "geojson")), peak((geo, "geojson"))),
    ("  all columns", *results["export"], cpu((geo, "geojson")), peak((geo, "geojson"))),
]
print(f"\n{name}: CPU s, wall s and peak MB of whole processes; stages in CPU s. Peers: geopandas, momepy, scipy, "
      f"{'pandana' if network == pandana else 'scipy’s Dijkstra'}, DuckDB.\n")
print(f"{'':48}{'CPU':>9}{'wall':>9}{'MB':>8}{'peer CPU':>10}{'peer MB':>9}{'ratio':>8}")
for title, c, w, m, peer_cpu, peer_mb in rows:
    ratio = f"{peer_cpu / c:.1f}×" if c and peer_cpu else ""
    print(f"{title:48}{number(c):>9}{number(w):>9}{'–' if m is None else f'{m:.0f}':>8}{number(peer_cpu):>10}"
          f"{'–' if peer_mb is None else f'{peer_mb:.0f}':>9}{ratio:>8}")
print()
for command in ("explain", "report"):
    for title in ("the middle", "the short list"):
        c = results[f"{command}, one site of {title}"][0]
        print(f"{command} of one site of {title}: {c:.3f} CPU s, 1/{score[0] / c:.0f} of the whole score")
print()
for title in ("indicators", "score", "export, some"):
    one, two = results[title][1], results[title + ", 2 threads"][1]
    print(f"{title.split(',')[0]} on two threads: wall {two:.2f} s, {one / two:.2f}× better" + (", bytes equal" if title != "indicators" else ""))
for title in (f"{name}-some.geojson", f"{name}.geojson", "peer.geojson"):
    if os.path.exists(f"{work}/{title}"):
        print(f"{title}: {os.path.getsize(f'{work}/{title}') / 1e6:.0f} MB")
print()
