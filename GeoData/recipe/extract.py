#!/usr/bin/env python3
"""Makes the study data of this folder from public files.

    extract.py city      --osm FILE.osm.pbf --observed YYYY-MM-DD --out DIR
    extract.py districts --paavo FILE.geojson --rents rents.csv --city DIR/city.gpkg --out DIR
    extract.py extent    --id ID --name NAME --rents rents.csv --city DIR/city.gpkg --out DIR
    extract.py register  --city DIR/city.gpkg --plan helsinki|kotka --out DIR

Needs `ogr2ogr` (GDAL 3.6 or newer) and Python 3.9; no other package. The same input gives the
same rows in the same order. With the same GDAL and SQLite versions it gives the same bytes.

OpenStreetMap tags become fields through ../osm-tags.csv, the table that the engine itself reads.
"""
import argparse, csv, hashlib, json, math, os, re, sqlite3, struct, subprocess, sys, tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORKING_CRS = "EPSG:3067"
FIXED_DATE = "2026-01-01T00:00:00Z"
HSTORE = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
NOT_TAGS = {"osm_id", "osm_way_id", "other_tags", "z_order"}
# The field of each layer that decides whether a feature belongs to it.
KEY_FIELD = {"buildings": "footprint", "places": "category", "companies": "sector", "streets": "class", "units": "vacancy"}
LIFECYCLE = re.compile(r"^(disused|abandoned|was|ruins|demolished|razed|removed|vacant)(:|$)")
VACANT_VALUE_KEYS = {"shop", "office", "building", "building:use"}


# --- reading ---------------------------------------------------------------------------------

def ogr2ogr(*arguments):
    environment = dict(os.environ, OGR_CURRENT_DATE=FIXED_DATE, OGR_INTERLEAVED_READING="YES")
    run = subprocess.run(["ogr2ogr", *map(str, arguments)], env=environment, text=True, capture_output=True)
    if run.returncode != 0:
        sys.exit(f"ogr2ogr {' '.join(map(str, arguments))} failed:\n{run.stderr}")


def features(source, layer, folder):
    target = Path(folder) / f"{layer}.geojsonl"
    ogr2ogr("-f", "GeoJSONSeq", "-lco", "COORDINATE_PRECISION=7", target, source, layer)
    with open(target, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def unescape(text):
    return re.sub(r"\\(.)", r"\1", text)


def tags_of(properties):
    tags = {k: v for k, v in properties.items() if v is not None and k not in NOT_TAGS}
    for key, value in HSTORE.findall(properties.get("other_tags") or ""):
        tags[unescape(key)] = unescape(value)
    return tags


def osm_id(layer, properties):
    if layer == "points":
        return f"node/{properties['osm_id']}"
    if layer == "lines" or properties.get("osm_way_id"):
        return f"way/{properties.get('osm_way_id') or properties['osm_id']}"
    return f"relation/{properties['osm_id']}"


# --- the tag table ---------------------------------------------------------------------------

class TagTable:
    """For each layer and field the first row that matches a tag decides.

    value `*` matches any value; `to` is the field's value, `*` copies the tag's value, `-` leaves the
    field empty and, in the layer's key field, keeps the feature out; `unknown` belongs without a value.
    """

    def __init__(self, path):
        self.rows = {}
        with open(path, newline="", encoding="utf-8") as text:
            for row in csv.DictReader(text):
                self.rows.setdefault(row["layer"], {}).setdefault(row["field"], []).append((row["key"], row["value"], row["to"]))

    def first(self, layer, field, tags):
        for key, value, to in self.rows.get(layer, {}).get(field, ()):
            if key in tags and value in ("*", tags[key]):
                return tags[key] if to == "*" else to
        return None

    def record(self, layer, tags):
        joined = self.first(layer, KEY_FIELD[layer], tags)
        if joined is None or joined == "-":
            return None
        found = {field: self.first(layer, field, tags) for field in self.rows[layer]}
        return {field: None if value in ("-", "unknown") else value for field, value in found.items()}


# --- values ----------------------------------------------------------------------------------

def number(text):
    match = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(?:m|metres|meters)?\s*", text or "")
    return float(match.group(1).replace(",", ".")) if match else None


def year(text):
    """A year, a date, a decade (its middle) or a range with both ends (its middle); else nothing."""
    text = (text or "").strip()
    if match := re.fullmatch(r"(\d{4})s", text):
        return int(match.group(1)) + 5
    if match := re.fullmatch(r"(\d{4})\s*(?:\.\.|-)\s*(\d{4})", text):
        return (int(match.group(1)) + int(match.group(2))) // 2
    if match := re.fullmatch(r"(\d{4})(?:-\d{2}){0,2}(?:\.\.\d{4}-\d{2}(?:-\d{2})?)?", text):
        return int(match.group(1))
    return None


def address(record):
    parts = [record.get("street"), record.get("houseNumber")]
    return " ".join(part for part in parts if part) if parts[0] else None


def lifecycle(tags):
    kept = [f"{k}={v}" for k, v in sorted(tags.items())
            if LIFECYCLE.match(k) or (k in VACANT_VALUE_KEYS and v in ("vacant", "disused", "abandoned", "ruins"))]
    return "; ".join(kept) or None


# --- geometry --------------------------------------------------------------------------------

def ring_area(ring):
    x0, y0 = ring[0][0], ring[0][1]
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in zip(ring, ring[1:])) / 2


def outer_rings(geometry):
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [polygon[0] for polygon in polygons if polygon]


def centre(geometry):
    """Centroid of the largest outer ring; a line's or a point's own position."""
    if geometry["type"] == "Point":
        return geometry
    ring = max(outer_rings(geometry), key=lambda r: abs(ring_area(r)))
    area, x0, y0 = ring_area(ring), ring[0][0], ring[0][1]
    if area == 0:
        return {"type": "Point", "coordinates": ring[0]}
    x = y = 0.0
    for a, b in zip(ring, ring[1:]):
        cross = (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0)
        x += (a[0] + b[0] - 2 * x0) * cross
        y += (a[1] + b[1] - 2 * y0) * cross
    return {"type": "Point", "coordinates": [round(x0 + x / (6 * area), 7), round(y0 + y / (6 * area), 7)]}


def close_rings(geometry):
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        for ring in polygon:
            if ring[0] != ring[-1]:
                ring.append(ring[0])
    return {"type": "MultiPolygon", "coordinates": polygons}


# --- writing ---------------------------------------------------------------------------------

def write_layer(target, layer, geometry_type, columns, rows, crs, folder):
    """rows: (properties, geometry); every column is present in every feature, so the schema is whole."""
    collection = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {name: properties.get(name) for name in columns}, "geometry": geometry}
        for properties, geometry in rows]}
    if crs != "EPSG:4326":
        collection["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs.split(':')[1]}"}}
    source = Path(folder) / f"{layer}.geojson"
    source.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
    ogr2ogr("-f", "GPKG", *(["-update"] if Path(target).exists() else []), "-nln", layer, "-nlt", geometry_type,
            "-s_srs", crs, "-t_srs", WORKING_CRS, "-lco", "GEOMETRY_NAME=geom", "-lco", "FID=fid",
            "-sql", f'SELECT {casts} FROM "{layer}"', target, source)
    print(f"{layer}: {len(rows)} features")


def sort_key(identifier):
    kind, number_text = identifier.split("/")
    return kind, int(number_text)


TEXT, INTEGER, REAL, DATE = "character(254)", "integer", "float", "date"
COLUMNS = {
    "buildings": {"id": TEXT, "name": TEXT, "address": TEXT, "function": TEXT, "storeys": INTEGER, "height": REAL, "year": INTEGER,
                  "condition": TEXT, "heritage": TEXT, "owner": TEXT, "vacancy": TEXT, "lifecycle": TEXT, "observed": DATE},
    "units": {"id": TEXT, "name": TEXT, "address": TEXT, "vacancy": TEXT, "lifecycle": TEXT, "observed": DATE},
    "places": {"id": TEXT, "name": TEXT, "category": TEXT},
    "companies": {"id": TEXT, "name": TEXT, "sector": TEXT},
    "streets": {"id": TEXT, "name": TEXT, "class": TEXT, "walkable": INTEGER, "oneway": TEXT},
}
GEOMETRY = {"buildings": "MULTIPOLYGON", "units": "POINT", "places": "GEOMETRY", "companies": "POINT", "streets": "LINESTRING"}
SOURCES = {"points": ("units", "places", "companies"), "lines": ("streets",), "multipolygons": ("buildings", "places", "companies")}


def city(options):
    table = TagTable(HERE.parent / "osm-tags.csv")
    layers = {name: [] for name in COLUMNS}
    with tempfile.TemporaryDirectory() as folder:
        for source, wanted in SOURCES.items():
            for feature in features(options.osm, source, folder):
                tags = tags_of(feature["properties"])
                identifier = osm_id(source, feature["properties"])
                for layer in wanted:
                    record = table.record(layer, tags)
                    if record is None:
                        continue
                    geometry = feature["geometry"]
                    properties = dict(record, id=identifier, name=tags.get("name") or tags.get("was:name"), address=address(record))
                    if layer == "buildings":
                        storeys = number(record.get("storeys"))
                        properties["storeys"] = math.floor(storeys) if storeys and storeys >= 1 else None
                        properties["height"] = number(record.get("height"))
                        properties["year"] = year(record.get("year"))
                    if layer in ("buildings", "units"):
                        properties["lifecycle"] = lifecycle(tags)
                        properties["observed"] = options.observed
                    if layer == "streets":
                        properties["walkable"] = 1 if record.get("walkable") == "yes" else 0
                    if layer == "companies":
                        geometry = centre(geometry)
                    layers[layer].append((properties, geometry))
        target = Path(options.out) / "city.gpkg"
        target.unlink(missing_ok=True)
        for layer, rows in layers.items():
            if not rows:
                print(f"{layer}: none tagged; layer left out")
                continue
            rows.sort(key=lambda row: sort_key(row[0]["id"]))
            write_layer(target, layer, GEOMETRY[layer], COLUMNS[layer], rows, "EPSG:4326", folder)


# --- districts -------------------------------------------------------------------------------

DISTRICT = {"id": TEXT, "name": TEXT, "population": INTEGER, "youngAdults": INTEGER, "unemployed": INTEGER, "labourForce": INTEGER,
            "income": INTEGER, "dwellings": INTEGER, "jobs": INTEGER, "creativeJobs": INTEGER, "rent": REAL, "rentKind": TEXT, "source": TEXT}


def building_extent(city_file):
    with sqlite3.connect(f"file:{city_file}?mode=ro", uri=True) as database:
        return database.execute("SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'buildings'").fetchone()


def rents(path):
    with open(path, newline="", encoding="utf-8") as text:
        return {row["district"]: (float(row["value"]), row["kind"]) for row in csv.DictReader(text)}


def total(properties, *names):
    """Sum of figures; withheld ones (null or negative) make the sum unknown."""
    values = [properties.get(name) for name in names]
    return None if any(v is None or v < 0 for v in values) else int(round(sum(values)))


def districts(options):
    rent_of = rents(options.rents)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        # Only postal areas that the buildings' extent intersects; whole polygons, since the figures are theirs.
        clipped = Path(folder) / "paavo.gpkg"
        ogr2ogr("-f", "GPKG", "-spat", *building_extent(options.city), "-nln", "paavo", clipped, options.paavo)
        back = Path(folder) / "paavo.geojson"
        ogr2ogr("-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=2", back, clipped)
        for feature in json.loads(back.read_text(encoding="utf-8"))["features"]:
            p = feature["properties"]
            code = p["postal_code"]
            rent, rent_kind = rent_of.get(code, (None, None))
            rows.append(({
                "id": code, "name": p["name"],
                "population": total(p, "Inhabitants, total (HE)"),
                "youngAdults": total(p, "20-24 years (HE)", "25-29 years (HE)", "30-34 years (HE)"),
                "unemployed": total(p, "Unemployed (PT)"),
                "labourForce": total(p, "Employed (PT)", "Unemployed (PT)"),
                "income": total(p, "Median income of inhabitants"),
                "dwellings": total(p, "Dwellings (RA)"),
                "jobs": total(p, "Workplaces, total (TP)"),
                "creativeJobs": total(p, "J Information and communication (TP)", "R Arts, entertainment and recreation (TP)"),
                "rent": rent, "rentKind": rent_kind,
                "source": "Statistics Finland, Paavo 2023 (CC BY 4.0)",
            }, close_rings(feature["geometry"])))
        rows.sort(key=lambda row: row[0]["id"])
        target = Path(options.out) / "districts.gpkg"
        target.unlink(missing_ok=True)
        write_layer(target, "districts", "MULTIPOLYGON", DISTRICT, rows, WORKING_CRS, folder)


def extent(options):
    rent, rent_kind = rents(options.rents).get(options.id, (None, None))
    x0, y0, x1, y1 = building_extent(options.city)
    x0, y0, x1, y1 = math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1)
    ring = [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]
    row = ({"id": options.id, "name": options.name, "rent": rent, "rentKind": rent_kind, "source": "extent of the extract; no figures"},
           {"type": "MultiPolygon", "coordinates": [[ring]]})
    with tempfile.TemporaryDirectory() as folder:
        target = Path(options.out) / "districts.gpkg"
        target.unlink(missing_ok=True)
        write_layer(target, "districts", "MULTIPOLYGON", DISTRICT, [row], WORKING_CRS, folder)


# --- the invented register -------------------------------------------------------------------

INVENTED = "illustrative – invented for demonstration"
# Stratum: functions (None: unknown function), least and greatest footprint in m², how many. First stratum that fits takes the building.
PLANS = {
    "helsinki": [
        ("office", {"office", "commercial", "government"}, 200, 8000, 4),
        ("retail", {"retail", "mall", "department_store", "supermarket"}, 150, 8000, 3),
        ("civic", {"public", "civic", "school", "university", "college", "service", "utility"}, 200, 8000, 5),
        ("unstated, large", {None}, 1200, 6000, 5),
        ("unstated, middle", {None}, 500, 1200, 6),
        ("unstated, small", {None}, 150, 500, 4),
    ],
    "kotka": [
        ("industrial", {"industrial"}, 300, 20000, 8),
        ("public", {"public", "school", "kindergarten", "civic"}, 200, 8000, 5),
        ("retail", {"retail"}, 150, 8000, 1),
        ("other", {"other", None}, 250, 8000, 6),
    ],
}
STATUSES = ["vacant", "vacant", "partlyVacant", "vacant", "derelict", "vacant", "partlyVacant", "vacant"]


def footprints(city_file):
    """(id, name, address, function, footprint area in m²) of each building, from the GeoPackage's planar WKB."""
    with sqlite3.connect(f"file:{city_file}?mode=ro", uri=True) as database:
        for identifier, name, place, function, blob in database.execute(
                "SELECT id, name, address, function, geom FROM buildings ORDER BY fid"):
            envelope = (0, 32, 48, 48, 64)[(blob[3] >> 1) & 7]
            yield identifier, name, place, function, multipolygon_area(blob, 8 + envelope)


def multipolygon_area(wkb, at):
    (count,) = struct.unpack_from("<I", wkb, at + 5)
    at += 9
    area = 0.0
    for _ in range(count):
        (rings,) = struct.unpack_from("<I", wkb, at + 5)
        at += 9
        for index in range(rings):
            (points,) = struct.unpack_from("<I", wkb, at)
            values = struct.unpack_from(f"<{2 * points}d", wkb, at + 4)
            at += 4 + 16 * points
            ring = list(zip(values[0::2], values[1::2]))
            area += abs(ring_area(ring)) * (1 if index == 0 else -1)
    return area


def draw(plan, identifier, purpose):
    """A number in [0, 1) from the building's id alone, so that the pick never depends on order or on a library."""
    digest = hashlib.sha256(f"rekindle:{plan}:{purpose}:{identifier}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def register(options):
    plan = options.plan
    strata = {name: [] for name, *_ in PLANS[plan]}
    for identifier, name, place, function, area in footprints(options.city):
        if name:
            continue        # no named building is ever called vacant
        for stratum, functions, least, greatest, _ in PLANS[plan]:
            if function in functions and least <= area < greatest:
                # Buildings with an address come first: a reader can find them on a map.
                strata[stratum].append((0 if place else 1, draw(plan, identifier, "pick"), identifier, area))
                break
    rows = []
    for stratum, _, _, _, count in PLANS[plan]:
        picked = sorted(strata[stratum])[:count]
        print(f"{stratum}: {len(picked)} of {len(strata[stratum])}")
        for index, (_, _, identifier, area) in enumerate(picked):
            status = STATUSES[(len(rows)) % len(STATUSES)]
            observed_month = 1 + int(draw(plan, identifier, "observed") * 12)
            since = 2025 - int(1 + draw(plan, identifier, "since") ** 2 * (14 if status == "derelict" else 8))
            share = 0.25 + 0.5 * draw(plan, identifier, "share")
            vacant_area = int(round(area * share, -1)) if status == "partlyVacant" else ""
            rows.append([identifier, status, f"{since}-{1 + int(draw(plan, identifier, 'month') * 12):02d}-01",
                         f"2025-{observed_month:02d}-15", INVENTED, vacant_area])
    rows.sort(key=lambda row: sort_key(row[0]))
    with open(Path(options.out) / "register.csv", "w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["building_id", "status", "since", "observed", "source", "vacant_area_m2"])
        writer.writerows(rows)
    print(f"register.csv: {len(rows)} rows")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(function, *flags):
        sub = commands.add_parser(function.__name__)
        for flag in flags:
            sub.add_argument(flag, required=True)
        sub.set_defaults(run=function)

    command(city, "--osm", "--observed", "--out")
    command(districts, "--paavo", "--rents", "--city", "--out")
    command(extent, "--id", "--name", "--rents", "--city", "--out")
    command(register, "--city", "--plan", "--out")
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
