#!/usr/bin/env python3
"""The peers' side of the comparison, stage by stage: peer_stages.py geopandas|network|duckdb CITY.gpkg WORK

Stages do what the method asks for, not what is quickest to type: a walk is searched to 5,000 m, counts are within 400 and 800 m, density is an
Epanechnikov kernel of 500 m, Gi* stands on 250 m cells that hold a building with self and eight neighbours. One JSON line a stage: CPU s, peak MB.
"""
import json, os, resource, sys, time, warnings

warnings.filterwarnings("ignore")
peer, city, work = sys.argv[1:4]


def stage(name, body):
    began = time.process_time()
    try:
        result = body()
    except Exception as problem:
        print(f"{peer}: {name}: {type(problem).__name__}: {problem}", file=sys.stderr)
        return None
    taken = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"stage": name, "cpu": round(taken, 4), "peak_mb": round(peak, 1)}), flush=True)
    return result


if peer == "duckdb":
    import duckdb, glob
    import duckdb_extension_spatial as spatial

    db = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    db.execute("LOAD '%s'" % glob.glob(os.path.dirname(spatial.__file__) + "/extensions/*/spatial.duckdb_extension")[0])
    db.execute("SET threads = 1")
    stage("read", lambda: db.execute(f"CREATE TABLE b AS SELECT * FROM ST_Read('{city}', layer = 'buildings')").fetchall())
    sys.exit()

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from scipy.spatial import cKDTree


def points(layer):
    frame = gpd.read_file(city, layer=layer)
    return frame, shapely.get_coordinates(shapely.centroid(frame.geometry.values))


if peer == "network":
    buildings = gpd.read_file(city, layer="buildings", columns=[])
    centre = shapely.get_coordinates(shapely.centroid(buildings.geometry.values))
    del buildings
    places, place = points("pois")
    category = places["category"].values
    names = sorted(set(category))[:8]
    nodes, node = points("street_nodes")
    edges = pyogrio.read_dataframe(city, layer="street_edges", read_geometry=False)
    order = pd.Series(np.arange(len(nodes)), index=nodes["node"].values)
    u, v, length = order[edges["u"]].values, order[edges["v"]].values, edges["length"].values.astype(float)
    try:
        import pandana
    except ImportError:
        pandana = None
    if pandana is not None:
        def build():
            net = pandana.Network(pd.Series(node[:, 0]), pd.Series(node[:, 1]), pd.Series(u), pd.Series(v), pd.DataFrame({"length": length}))
            net.precompute(800)
            return net

        net = stage("pandana build", build)

        def nearest():
            own = net.get_node_ids(centre[:, 0], centre[:, 1])
            for name in names:
                mine = category == name
                net.set_pois(name, 5000, 1, place[mine, 0], place[mine, 1])
                net.nearest_pois(5000, name, num_pois=1)[1].reindex(own.values)

        def counts():
            own = net.get_node_ids(centre[:, 0], centre[:, 1])
            for name in names:
                mine = category == name
                net.set(net.get_node_ids(place[mine, 0], place[mine, 1]), name=name)
                for radius in (400, 800):
                    net.aggregate(radius, type="count", decay="flat", name=name).reindex(own.values)

        if net is not None:
            stage("pandana nearest", nearest)
            stage("pandana counts", counts)
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    tree = cKDTree(node)
    graph = coo_matrix((length, (u, v)), shape=(len(node), len(node))).tocsr()

    def search_nearest():
        own = tree.query(centre)[1]
        for name in names:
            sources = np.unique(tree.query(place[category == name])[1])
            dijkstra(graph, directed=False, indices=sources, limit=5000, min_only=True)[own]

    def search_counts():
        own = tree.query(centre)[1]
        for name in names:
            at, many = np.unique(tree.query(place[category == name])[1], return_counts=True)
            total = {400: np.zeros(len(node)), 800: np.zeros(len(node))}
            for start in range(0, len(at), 256):
                distance = dijkstra(graph, directed=False, indices=at[start:start + 256], limit=800)
                for radius, sum_ in total.items():
                    sum_ += many[start:start + 256] @ (distance <= radius)
            for sum_ in total.values():
                sum_[own]

    stage("dijkstra nearest", search_nearest)
    stage("dijkstra counts", search_counts)
    sys.exit()

import momepy

buildings = stage("read", lambda: gpd.read_file(city, layer="buildings"))
districts = gpd.read_file(city, layer="districts")
places, place = points("pois")
companies, company = points("cci")
category = places["category"].values
names = sorted(set(category))[:8]


def repaired():
    bad = ~buildings.is_valid
    frame = buildings.copy()
    frame.loc[bad, "geometry"] = frame.loc[bad, "geometry"].make_valid()
    return frame


buildings = stage("validity", repaired)
shapes = buildings.geometry
measures = {}


def shape():
    measures["area"], measures["perimeter"] = shapes.area.values, shapes.length.values
    measures["courtyard"] = momepy.courtyard_area(shapes).values
    measures["quotient"] = 4 * np.pi * measures["area"] / measures["perimeter"] ** 2
    measures["compactness"] = momepy.circular_compactness(shapes).values
    measures["elongation"] = momepy.elongation(shapes).values
    measures["orientation"] = momepy.orientation(shapes).values
    measures["rectangularity"] = momepy.rectangularity(shapes).values
    measures["convexity"] = momepy.convexity(shapes).values


stage("shape", shape)
stage("corners", lambda: momepy.corners(shapes[shapes.geom_type == "Polygon"]))
measures["walls"] = stage("shared walls", lambda: (momepy.shared_walls(shapes) / shapes.length).values)
centre = shapely.get_coordinates(shapely.centroid(shapes.values))
frame = gpd.GeoDataFrame({"id": np.arange(len(centre))}, geometry=gpd.points_from_xy(centre[:, 0], centre[:, 1]), crs=buildings.crs)
joined = stage("districts", lambda: gpd.sjoin(frame, districts, predicate="within", how="left"))


def straight():
    for name in names:
        tree = cKDTree(place[category == name])
        measures["to_" + name] = tree.query(centre)[0]
        for radius in (400, 800):
            measures[f"{name}_{radius}"] = tree.query_ball_point(centre, radius, return_length=True)


stage("nearest and counts", straight)


def density():
    tree = cKDTree(company)
    result = np.zeros(len(centre))
    for start in range(0, len(centre), 50_000):
        near = cKDTree(centre[start:start + 50_000]).sparse_distance_matrix(tree, 500, output_type="coo_matrix")
        result[start:start + 50_000] = np.bincount(
            near.row, 1 - (near.data / 500) ** 2, minlength=min(50_000, len(centre) - start))
    measures["density"] = result * 2 / (np.pi * 0.25)


stage("density", density)


def hot_spots():
    """Gi* of the number of companies in cells that hold a building, weights 1 for self and eight neighbours."""
    cell = np.floor(centre / 250).astype(np.int64)
    keys, own = np.unique(cell, axis=0, return_inverse=True)
    index = {tuple(k): i for i, k in enumerate(keys)}
    x = np.zeros(len(keys))
    for k in np.floor(company / 250).astype(np.int64):
        i = index.get(tuple(k))
        if i is not None:
            x[i] += 1
    total, many = x.copy(), np.ones(len(keys))
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            if dx or dy:
                for i, (cx, cy) in enumerate(keys):
                    j = index.get((cx + dx, cy + dy))
                    if j is not None:
                        total[i] += x[j]
                        many[i] += 1
    n = len(x)
    z = (total - many * x.mean()) / (x.std() * np.sqrt((n * many - many**2) / (n - 1)))
    measures["hot_spot"] = z[own.ravel()]


stage("hot spots", hot_spots)


def score():
    """25 criteria, each by a piecewise linear function of four anchors, weighted and ranked."""
    columns = [c for c in measures.values() if c is not None]
    total = np.zeros(len(centre))
    for k in range(25):
        x = np.nan_to_num(np.asarray(columns[k % len(columns)], dtype=float))
        total += 4 * np.interp(x, np.quantile(x, (0, 0.3, 0.7, 1)), (0, 0.5, 0.8, 1))
    measures["score"] = total
    measures["rank"] = np.argsort(np.argsort(-total, kind="stable"), kind="stable") + 1


stage("score", score)
for key, column in measures.items():
    if column is not None:
        buildings[key] = column


def write():
    pyogrio.write_dataframe(buildings, f"{work}/peer.gpkg", driver="GPKG", layer="sites")
    buildings.drop(columns="geometry").to_csv(f"{work}/peer.csv", index=False)


for path in (f"{work}/peer.gpkg", f"{work}/peer.geojson"):
    if os.path.exists(path):
        os.remove(path)
stage("write", write)
stage("geojson", lambda: pyogrio.write_dataframe(
    buildings.to_crs(4326), f"{work}/peer.geojson", driver="GeoJSON", layer_options={"COORDINATE_PRECISION": "7"}))
