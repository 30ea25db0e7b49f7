import Foundation
import Testing

/// `sites.gpkg` in the hands of others: GDAL's own validator, and edits through GDAL and SQL.
@Suite("GeoPackages that others check and edit", .serialized)
struct GeoPackageEditTests {
  /// A Python that knows GDAL; `nil` where none does, and then the tests say so and pass.
  static let python: String? = {
    let found = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { $0 + "/python3" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
        && (try? run($0, ["-c", "import osgeo.ogr, osgeo_utils.samples.validate_gpkg"]).status) == 0
    }
    if found == nil { print("no python3 with GDAL (python3-gdal): GeoPackages were neither validated nor edited by GDAL") }
    return found
  }()

  /// What GDAL's validator finds, going on after each finding.
  static func findings(_ file: String, _ python: String) throws -> String {
    let outcome = try run(python, ["-m", "osgeo_utils.samples.validate_gpkg", "-k", file])
    return outcome.status == 0 ? outcome.output + outcome.errors : "status \(outcome.status): \(outcome.output) \(outcome.errors)"
  }

  /// A script over the layer `sites` of a copy; it stops at the first thing that is not right.
  private func edit(_ file: String, _ python: String, _ script: String) throws -> Outcome {
    let prelude = """
      import sys
      from osgeo import gdal, ogr
      gdal.UseExceptions()
      ds = gdal.OpenEx(sys.argv[1], gdal.OF_VECTOR | gdal.OF_UPDATE)
      sites = ds.GetLayerByName("sites")
      def rows(sql):
        result = ds.ExecuteSQL(sql)
        if result is None: return []
        found = [[f.GetField(k) for k in range(f.GetFieldCount())] for f in result]
        ds.ReleaseResultSet(result)
        return found
      def indexed(layer="sites"):
        # Boxes of the index are single precision, rounded outwards: half a metre at northings of seven millions.
        wrong = rows(f'''SELECT t.fid FROM "{layer}" t LEFT JOIN "rtree_{layer}_geom" r ON r.id = t.fid WHERE t.geom NOTNULL AND (r.id ISNULL
          OR abs(r.minx - ST_MinX(t.geom)) > 1 OR abs(r.maxx - ST_MaxX(t.geom)) > 1
          OR abs(r.miny - ST_MinY(t.geom)) > 1 OR abs(r.maxy - ST_MaxY(t.geom)) > 1)''')
        surplus = rows(f'SELECT id FROM "rtree_{layer}_geom" WHERE id NOT IN (SELECT fid FROM "{layer}" WHERE geom NOTNULL)')
        assert not wrong and not surplus, (wrong, surplus)
        return rows(f'SELECT count(*) FROM "rtree_{layer}_geom"')[0][0]

      """
    return try run(python, ["-c", prelude + script, file])
  }

  /// The results of a small town, which may be edited.
  private func town() throws -> (folder: ScratchFolder, file: String) {
    let folder = try StoreTests.town()
    #expect(try rekindle(["score", "study.yml", "--out", "out", "--quiet"], in: folder.path).status == 0)
    return (folder, folder.path + "/out/sites.gpkg")
  }

  @Test("GDAL's validator finds nothing in what run, score, export and indicators write")
  func valid() throws {
    guard let python = Self.python else { return }
    let (folder, file) = try town()
    for (command, name) in [
      (["run", "study.yml", "--out", "run"], "run/sites.gpkg"),
      (["export", "study.yml", "--out", "out", "--format", "gpkg", "-o", "export.gpkg"], "export.gpkg"),
      (["export", "study.yml", "--out", "out", "--crs", "EPSG:4326", "--format", "gpkg", "-o", "degrees.gpkg"], "degrees.gpkg"),
      (["indicators", "buildings.csv", "--crs", "EPSG:3067", "--format", "gpkg", "-o", "indicators.gpkg"], "indicators.gpkg"),
    ] {
      let outcome = try rekindle(command, in: folder.path)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(try Self.findings(folder.path + "/" + name, python) == "", "\(name)")
    }
    #expect(try Self.findings(file, python) == "")
  }

  @Test("Each column of each layer has an alias for QGIS, no two of a layer the same")
  func aliases() throws {
    guard let python = Self.python else { return }
    let (folder, file) = try town()
    let outcome = try edit(
      file, python,
      """
      for k in range(ds.GetLayerCount()):
        layer = ds.GetLayer(k)
        if layer.GetName() == "layer_styles": continue
        fields = [layer.GetLayerDefn().GetFieldDefn(i) for i in range(layer.GetLayerDefn().GetFieldCount())]
        # What GDAL since 3.7 takes for the alias, unless it is the column's name.
        names = dict(rows(f"SELECT column_name, name FROM gpkg_data_columns WHERE table_name = '{layer.GetName()}'"))
        assert sorted(names) == sorted(f.GetName() for f in fields), (layer.GetName(), names)
        assert all(names.values()) and len(set(names.values())) == len(names), (layer.GetName(), names)
        if int(gdal.VersionInfo()) >= 3070000:
          for f in fields:
            if names[f.GetName()].lower() != f.GetName(): assert f.GetAlternativeName() == names[f.GetName()], f.GetName()
        if layer.GetName() == "sites":
          assert names["score"] == "Weighted sum of the criteria's worth" and names["lon"].startswith("Longitude"), names
          assert not [n for n in names if names[n] == n], names
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    withExtendedLifetime(folder) {}
  }

  @Test("SQL transforms take positions from the working CRS to longitude and latitude")
  func transforms() throws {
    guard let python = Self.python else { return }
    let (folder, file) = try town()
    let outcome = try edit(
      file, python,
      """
      found = rows('''SELECT lon, lat, ST_MinX(g), ST_MaxX(g), ST_MinY(g), ST_MaxY(g), s FROM
        (SELECT lon, lat, ST_Transform(geom, 4326) AS g, ST_SRID(geom) AS s FROM sites)''')
      assert len(found) == 3
      for lon, lat, west, east, south, north, srs in found:
        # The towns' footprints are 20 by 30 metres: some 4e-4 by 3e-4 degrees at 60 degrees north.
        assert west < lon < east < west + 1e-3 and south < lat < north < south + 1e-3 and srs == 3067, (lon, west, east, srs)
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    withExtendedLifetime(folder) {}
  }

  @Test("Columns are renamed and dropped, layers renamed, the index disabled and made again; the file stays valid")
  func schema() throws {
    guard let python = Self.python else { return }
    for (name, script) in [
      (
        "column",
        """
        definition = sites.GetLayerDefn()
        field = ogr.FieldDefn("points", ogr.OFTReal)
        assert sites.AlterFieldDefn(definition.GetFieldIndex("score"), field, ogr.ALTER_NAME_FLAG) == 0
        assert sites.DeleteField(definition.GetFieldIndex("suitability")) == 0
        rows("ALTER TABLE buildings RENAME COLUMN vacancy TO state")
        rows("ALTER TABLE buildings DROP COLUMN state")
        assert sites.GetLayerDefn().GetFieldIndex("points") >= 0 and sites.GetLayerDefn().GetFieldIndex("suitability") < 0
        assert indexed() == 3
        """
      ),
      (
        "geometry",
        """
        rows("ALTER TABLE sites RENAME COLUMN address TO place")
        rows("ALTER TABLE sites RENAME TO candidates")
        ds = None
        ds = gdal.OpenEx(sys.argv[1], gdal.OF_VECTOR | gdal.OF_UPDATE)
        assert ds.GetLayerByName("candidates").GetFeatureCount() == 3
        assert indexed("candidates") == 3
        """
      ),
      (
        "index",
        """
        assert rows("SELECT DisableSpatialIndex('sites', 'geom')") == [[1]]
        left = rows("SELECT name FROM sqlite_master WHERE name LIKE 'rtree_sites%'")
        assert left == [], left
        rows("UPDATE sites SET geom = NULL WHERE fid = 1")
        rows("DELETE FROM sites WHERE fid = 2")
        assert rows("SELECT CreateSpatialIndex('sites', 'geom')") == [[1]]
        assert indexed() == 1
        """
      ),
      ("layer", "assert ds.DeleteLayer([ds.GetLayer(k).GetName() for k in range(ds.GetLayerCount())].index('sites')) == 0"),
    ] {
      let (folder, file) = try town()
      let outcome = try edit(file, python, script + "\nds = None\n")
      #expect(outcome.status == 0, "\(name): \(outcome.errors)")
      #expect(try Self.findings(file, python) == "", "\(name)")
      withExtendedLifetime(folder) {}
    }
  }

  @Test("What is inserted, moved, emptied, filled, renumbered and deleted is so in the index")
  func rows() throws {
    guard let python = Self.python else { return }
    let (folder, file) = try town()
    let outcome = try edit(
      file, python,
      """
      assert indexed() == 3
      box = lambda x: ogr.CreateGeometryFromWkt(f"POLYGON(({x} 6671000,{x + 9} 6671000,{x + 9} 6671009,{x} 6671009,{x} 6671000))")
      feature = ogr.Feature(sites.GetLayerDefn())
      feature.SetField("site_id", "new")
      feature.SetGeometry(box(386000))
      assert sites.CreateFeature(feature) == 0
      number = feature.GetFID()
      assert number == 4 and indexed() == 4
      feature.SetGeometry(box(386500))
      assert sites.SetFeature(feature) == 0 and indexed() == 4
      sites.SetSpatialFilterRect(386490, 6670990, 386520, 6671020)
      assert [f.GetField("site_id") for f in sites] == ["new"]
      sites.SetSpatialFilter(None)
      rows("UPDATE sites SET geom = NULL WHERE fid = 1")
      assert indexed() == 3
      rows("UPDATE sites SET geom = (SELECT geom FROM sites WHERE fid = 2) WHERE fid = 1")
      assert indexed() == 4
      rows("UPDATE sites SET fid = fid + 100 WHERE fid < 3")
      assert indexed() == 4 and sorted(r[0] for r in rows("SELECT id FROM rtree_sites_geom")) == [3, 4, 101, 102]
      rows("UPDATE sites SET fid = 200, geom = NULL WHERE fid = 101")
      assert indexed() == 3
      rows("INSERT INTO sites (geom, site_id, rank, score) SELECT geom, 'copy', 9, 1 FROM sites WHERE fid = 3")
      assert indexed() == 4
      assert sites.DeleteFeature(number) == 0 and indexed() == 3
      rows("DELETE FROM sites")
      assert indexed() == 0
      ds = None
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Self.findings(file, python) == "")
    withExtendedLifetime(folder) {}
  }
}
