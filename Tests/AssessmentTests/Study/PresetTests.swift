import Foundation
import GeoFormats
import SimpleFeatures
import Testing
import UrbanIndicators

@testable import Assessment

@Suite("Presets of known registers")
struct PresetTests {
  /// Headers as the registers publish them.
  static let headers: [(preset: String, header: String)] = [
    (
      "cnig-friches",
      "site_id;site_nom;site_type;site_adresse;site_identif_date;site_actu_date;site_url;site_ademe_url;site_securite;site_occupation;site_statut;site_projet_url;site_reconv_annee;site_reconv_type;activite_libelle;activite_code;activite_fin_annee;comm_nom;comm_insee;bati_type;bati_nombre;bati_surface;bati_pollution;bati_vacance;bati_patrimoine;bati_etat;local_ancien_annee;local_recent_annee;proprio_type;proprio_personne;proprio_nom;sol_pollution_annee;sol_pollution_existe;sol_pollution_origine;sol_pollution_commentaire;sol_depollution_fiche;unite_fonciere_surface;unite_fonciere_refcad;urba_zone_type;urba_zone_lib;urba_zone_formdomi;urba_doc_type;desserte_distance;desserte_commentaire;source_nom;source_url;source_producteur;source_contact;geompoint;geomsurf"
    ),
    (
      "uk-brownfield-national",
      "resource-date;entry-date;organisation;site;site-address;site-plan-url;deliverable;ownership;planning-permission-status;planning-permission-type;hazardous-substances;latitude;longitude;hectares;minimum-net-dwellings;maximum-net-dwellings;start-date;end-date;notes;resource;name"
    ),
    (
      "uk-brownfield",
      "OrganisationURI;OrganisationLabel;SiteReference;PreviouslyPartOf;SiteNameAddress;SiteplanURL;CoordinateReferenceSystem;GeoX;GeoY;Hectares;OwnershipStatus;Deliverable;PlanningStatus;PermissionType;PermissionDate;PlanningHistory;ProposedForPIP;MinNetDwellings;DevelopmentDescription;NonHousingDevelopment;Part2;NetDwellingsRangeFrom;NetDwellingsRangeTo;HazardousSubstances;SiteInformation;Notes;FirstAddedDate;LastUpdatedDate"
    ),
    (
      "uk-brownfield",
      "Organisation URI;Organisation label;Site Reference;Previously part of;Site name/address;Site plan (url);Site coordinate;GeoX;GeoY;Hectares;Ownership status;Deliverable;Planning status;Permission type"
    ),
    ("baltimore-vacants", "block;buildingaddress;councildistrict;location;lot;neighborhood;noticedate;policedistrict;referenceid"),
    ("baltimore-demolitions", "address;status;nghbrhd;prjc___"),
  ]

  @Test("Each register is known by its header, whatever the order, case and punctuation of its fields")
  func recognition() throws {
    let presets = try Preset.all(in: shippedData())
    #expect(Set(presets.map(\.name)) == Set(Self.headers.map(\.preset)))
    for (name, text) in Self.headers {
      let header = text.split(separator: ";").map(String.init)
      #expect(Preset.found(for: header, among: presets)?.name == name)
      #expect(Preset.found(for: header.reversed().map { $0.uppercased() }, among: presets)?.name == name)
    }
    #expect(Preset.found(for: ["id", "status", "observed", "address", "site"], among: presets) == nil)
  }

  @Test("Every field, constant and word of a preset is one that the register has; what the study says goes first")
  func application() throws {
    let codes = try CodeTables(folder: shippedData())
    for (name, text) in Self.headers {
      let header = text.split(separator: ";").map(String.init)
      let preset = try #require(Preset.all(in: shippedData()).first { $0.name == name })
      var source = Study.LayerSource(reference: .init(path: "register.csv"))
      source.constants = ["status": "inUse"]
      source.values = ["taken": ["permissioned": .init(word: "no", isTaken: false)]]
      let applied = preset.applied(to: source, header: header)
      #expect(applied.constants["status"] == "inUse" && applied.fields["status"] == nil, "\(name)")
      #expect(applied.values["taken"]?["permissioned"]?.word == "no")
      for (field, column) in applied.fields {
        #expect(CityReader.registerFields.contains(field), "\(name): \(field)")
        let plain = column.hasSuffix("]") ? String(column[..<column.lastIndex(of: "[")!]).trimmingCharacters(in: .whitespaces) : column
        #expect(header.contains(plain), "\(name): \(column)")
      }
      for (field, words) in applied.values {
        let table = try #require(CodeTables.Field(ofField: field), "\(name): \(field)")
        for (_, meaning) in words { #expect(codes.word(table, meaning.word) != nil, "\(name): \(meaning)") }
      }
      // What may name a person is no field of the engine.
      for column in preset.personalColumns(in: header) { #expect(!applied.fields.values.contains(column), "\(name): \(column)") }
    }
  }

  @Test(
    "The French and the English register are read without a word in the study; the study may ask for none, and for one that is not there")
  func reading() throws {
    let folder = try ScratchFolder(), data = try shippedData()
    let header = Self.headers[0].header
    func row(_ id: String, _ status: String, _ lon: Double) -> String {
      header.split(separator: ";").map { field in
        switch field {
        case "site_id": id
        case "site_nom": "Maison de M. Martin"
        case "site_statut": status
        case "site_actu_date": "16/01/2024"
        case "bati_patrimoine": "présence d'un bâtiment classé"
        case "geompoint": "POINT (\(lon) 48.97212)"
        default: "NA"
        }
      }.joined(separator: ";")
    }
    let rows = [
      row("A", "friche sans projet", -1.453596), row("B", "friche avec projet", -1.443596), row("C", "friche potentielle", -1.433596),
    ]
    try folder.write(([header] + rows).joined(separator: "\n") + "\n", to: "friches.csv")
    func scored(_ keys: String) throws -> ScoredStudy {
      let study = try Study(
        file: folder.write(
          "study: f\ncountry: FR\nprice_date: 2024-10-04\nlayers:\n  vacancy: {source: friches.csv\(keys)}\n", to: "study.yml"))
      return try score(study, folder: data, register: AssumptionRegister(folder: data, studyFile: nil), options: RunOptions())
    }
    let found = try scored("")
    #expect(found.source.registerRows.outcomes == [.site, .taken, .statusUnknown])
    #expect(found.exclusions == [nil, .alreadyTaken, .vacancyUnknown])
    #expect(found.source.city.buildings.heritage == [.yes, .yes, .yes])
    // .95 × 2^(−262 days ÷ 365.25 ÷ 4)
    #expect(abs(found.source.vacancyConfidence[0] - 0.95 * exp2(-262.0 / 365.25 / 4)) < 1e-12)
    #expect(found.source.names.bytes.isEmpty, "a site's name may be a person's")
    #expect(found.record.notes.contains { $0.english.contains("preset: cnig-friches") })
    #expect(try scored(", preset: cnig-friches").source.registerRows.outcomes == [.site, .taken, .statusUnknown])
    #expect(try scored(", preset: none").source.registerRows.outcomes == [.statusMissing, .statusMissing, .statusMissing])
    let complaint = message { _ = try scored(", preset: cnig") }
    #expect(complaint.contains("cnig-friches"), "\(complaint)")
  }
}
