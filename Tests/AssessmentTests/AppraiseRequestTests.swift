import Assessment
import Testing
import TextFormats

@Suite("Appraise requests")
struct AppraiseRequestTests {
  func answer(_ text: String) throws -> JSON { try appraise(JSON(parsing: text)) }

  func expect(_ value: JSON?, _ expected: Double, _ tolerance: Double, _ name: String = "") throws {
    let number = try #require(value?.number, "\(name)")
    #expect(abs(number - expected) <= tolerance, "\(name): \(number) instead of \(expected)")
  }

  @Test("A cash flow gives kind and roots of its rate of return")
  func rates() throws {
    // numpy-financial, unit tests of irr
    let result = try answer(#"{"cashflow":[-100,100,0,-7]}"#)
    #expect(result["irr"]?["kind"] == "multiple")
    let roots = try #require(result["irr"]?["roots"]?.array)
    try #require(roots.count == 2)
    try expect(roots[0], -0.678894373632, 1e-9)
    try expect(roots[1], -0.083299666185, 1e-9)
    #expect(result["all_real_roots_gt_minus1"] == result["irr"]?["roots"])
    let none = try answer(#"{"cashflow":[1,2]}"#)
    #expect(none["irr"]?["kind"] == "none" && none["irr"]?["reason"] == "no_sign_change")
  }

  @Test("With a rate the net present value and the one rate of return are numbers")
  func netPresentValue() throws {
    // Hungarian TOP Plusz guide
    let result = try answer(#"{"cashflow":[-200,40,40,40,40,40,40,40,40,40,40],"rate":0.04}"#)
    try expect(result["npv"], 124.435831174, 1e-8)
    try expect(result["irr"], 0.150984144771, 1e-9)
    try expect(result["payback"], 5, 1e-12)
    // Microsoft Excel, documentation of MIRR
    let modified = try answer(#"{"cashflow":[-120000,39000,30000,21000,37000,46000],"finance":0.1,"reinvest":0.12}"#)
    try expect(modified["mirr"], 0.1260941303659051, 1e-12)
  }

  @Test("Dated flows give rate and values, whole records are taken too")
  func dated() throws {
    let excel = try answer(
      #"{"id":"x","inputs":{"dates":["2008-01-01","2008-03-01","2008-10-30","2009-02-15","2009-04-01"],"amounts":[-10000,2750,4250,3250,2750]}}"#
    )
    try expect(excel["xirr_act365f"], 0.3733625335095556, 1e-9)
    try expect(excel["xnpv_9pct"], 2086.6476020315363, 1e-9)
    let unordered = try answer(#"{"dates":["2015-06-11","2015-07-21","2018-06-10","2015-10-17"],"amounts":[-1000,-9000,20000,-3000]}"#)
    try expect(unordered["xirr"], 0.16353715844326394, 1e-9)
    try expect(unordered["xnpv_10pct"], 2218.4256636567075, 1e-9)
  }

  @Test("A loan gives its payment under the name of its unit")
  func loan() throws {
    // European Commission, Guide to Cost-Benefit Analysis, 2008
    let result = try answer(#"{"principal_keur":72921,"rate":0.05,"n":10}"#)
    try expect(result["pmt_keur"], 9443.603111056063, 1e-6)
    let covered = try answer(#"{"principal":100,"rate":0.1,"n":2,"repayment":"linear","cash_available":[90,66]}"#)
    try expect(covered["dscr_min"], 1.2, 1e-12)
  }

  @Test("Discount factors of the Green Book and annuity factors")
  func discount() throws {
    let factors = try answer(
      #"{"schedule":{"0-30":0.035,"31-75":0.03,"76-125":0.025,"126-200":0.02,"201-300":0.015,"301+":0.01}}"#)
    try expect(factors["1"], 0.966183574879, 1e-11)
    try expect(factors["300"], 0.001400567414, 1e-11)
    try expect(factors["npv[-100,30x5]"], 35.45157126412247, 1e-11)
    let annuities = try answer("{}")
    try expect(annuities["3%"]?["10"], 8.530202837, 1e-9)
    try expect(annuities["5%"]?["30"], 15.372451027, 1e-9)
  }

  @Test("The funding gap comes with every figure of the constructed project")
  func fundingGap() throws {
    // European Commission, Working Document 4, 2006; Regulation (EU) 480/2014, articles 15–17
    let zeros = String(repeating: ",0", count: 14), years = { (amount: String) in "0,0" + String(repeating: ",\(amount)", count: 14) }
    let result = try answer(
      """
      {"capex":[500000,700000\(zeros)],"revenue":[\(years("120000"))],"operating_cost":[\(years("80000"))],"residual_value":240000,
      "discount_rate":0.04,"max_cofinancing_rate":0.8,"national_public_share":0.1,"loan_share_of_remainder":0.6,
      "loan":{"rate":0.035,"years":10,"type":"annuity","first_payment_year":2}}
      """)
    let expected = [
      ("DIC", 1173076.923076923), ("DR", 1218821.876475559), ("DO", 812547.9176503726), ("DRV", 133263.48065118596),
      ("DNR", 539537.4394763724), ("R", 0.5400664450365349), ("FNPV_C", -633539.4836005508), ("FRR_C", -0.03878601942407451),
      ("DA", 648079.7340438418), ("grant", 518463.7872350735), ("loan", 336921.7276589559), ("equity", 224614.48510597058),
      ("annuity", 40511.92939795761), ("IDC", 4913.441861693108), ("DSCR", 0.9873634900740269), ("FNPV_K", -118019.80945329391),
      ("FRR_K", 0.008806826948833857), ("min_cum_cash", -10032.735841269212), ("break_even_revenue", 182375.59359527184),
      ("revenue_switching_pct", 51.9796613293932), ("capex_switching_pct", -54.00664450365351),
      ("opex_switching_pct", -77.96949199408981), ("revenue_for_DSCR_1_2", 128614.31527754913),
    ]
    for (key, value) in expected { try expect(result[key], value, 1e-6, key) }
  }

  @Test("Pro formas and space demand come out under their published names")
  func otherFamilies() throws {
    // UDST developer, fixture of its pro forma tests
    let homes = try answer(
      #"{"parcels":[[1000000,10000,2,40],[2000000,20000,3,60]],"cols":["land_cost","parcel_size_sqft","max_far","max_height"],"rent_res":40,"defaults":"UDST developer defaults"}"#
    )
    try expect(homes["total_cost"]?.array?.first, 4_922_490, 0.01)
    try expect(homes["max_profit"]?.array?.last, 13_058_490, 0.01)
    let offices = try answer(#"{"parcels":[[10000,10000,2,40],[20000,20000,3,60]],"rent_office":[15,18]}"#)
    try expect(offices["max_profit"]?.array?.last, 1_233_458, 0.01)
    // R package REAT, gifpro
    let demand = try answer(
      #"{"emp":[7228,12452,11589],"share_in_commercial":[100,40,10],"resettle":[0.3,0.3,0.3],"relocate":[0.7,0.7,0.7],"m2_per_emp":[148,148,148],"years":13}"#
    )
    try expect(demand["emp_13y"], 1737.801, 1e-9)
    try expect(demand["area_total_per_year"], 19784.196, 1e-9)
    // ADEME Bénéfriches, unit tests
    #expect(try answer(#"{"yearly_benefit":83,"years":50,"start":1,"end":34}"#)["value"]?.number?.rounded() == 1413)
  }

  @Test(
    "Ill-formed requests are bad input and name the field",
    arguments: [
      (#"{"cashflow":[]}"#, "cashflow"), (#"{"cashflow":"-1,2"}"#, "cashflow"), (#"{"cashflow":[-1,"2"]}"#, "cashflow[1]"),
      (#"{"cashflow":[-1,null]}"#, "cashflow[1]"), (#"{"cashflow":[-1,2],"rate":-1}"#, "rate"), (#"{"cashflow":[-1,2],"rte":0.1}"#, "rte"),
      (#"{"cashflow":[-1,2],"finance":0.1}"#, "reinvest"), (#"{"dates":["2008-02-30"],"amounts":[1]}"#, "dates[0]"),
      (#"{"dates":["2008-02-01"],"amounts":[1,2]}"#, "amounts"), (#"{"amounts":[1,2]}"#, "dates"),
      (#"{"principal":100,"rate":0.1}"#, "n"), (#"{"principal":100,"rate":0.1,"n":2.5}"#, "n"),
      (#"{"principal":-1,"rate":0.1,"n":2}"#, "principal"), (#"{"schedule":{"1-30":0.03}}"#, "schedule.1-30"),
      (#"{"capex":[1,2],"revenue":[1],"operating_cost":[1,2],"discount_rate":0.04}"#, "revenue"),
      (#"{"capex":[1],"revenue":[1],"operating_cost":[1]}"#, "discount_rate"),
      (#"{"capex":[1],"revenue":[1],"operating_cost":[1],"discount_rate":0.04,"loan_share_of_remainder":0.5}"#, "loan"),
      (#"{"capex":[1],"revenue":[1],"operating_cost":[1],"discount_rate":0.04,"loan":{"rate":0.1,"years":5}}"#, "loan.first_payment_year"),
      (#"{"emp":[1],"share_in_commercial":[200],"resettle":0.3,"relocate":0.7,"m2_per_emp":10,"years":1}"#, "share_in_commercial[0]"),
      (#"{"case":"sumDiscount(83, 50y)"}"#, "case"), (#"[1,2]"#, "object"),
    ])
  func refusals(request: String, field: String) throws {
    let json = try JSON(parsing: request)
    do {
      let result = try appraise(json)
      Issue.record("\(request) gave \(result.serialized())")
    } catch let error as AssessmentError {
      #expect(error.kind == .badInput)
      #expect(error.description.contains(field), "\(error.description)")
    }
  }

  /// A small generator for requests: SplitMix64.
  struct Draws {
    var state: UInt64
    mutating func next(_ below: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Int((z ^ (z >> 31)) % UInt64(below))
    }
  }

  @Test("Whatever stands in a request, the answer is JSON without NaN or infinity, or an error of bad input")
  func anything() throws {
    let values = [
      "0", "1", "-1", "0.04", "1e308", "-1e308", "1e-308", "5", "300", "null", "true", "\"x\"", "\"annuity\"", "[]", "{}", "[1]", "[-1,2]",
      "[-1e308,1e308]", "[-100,230,-132]", "[0,0]", "[null]", "[[1,2,3,4]]", "\"2026-01-01\"", "[\"2026-01-01\",\"2026-01-02\"]",
      "{\"0-30\":0.03}", "{\"0+\":-2}", "{\"rate\":0.1,\"years\":5,\"first_payment_year\":1}",
      "{\"rate\":1,\"years\":100,\"first_payment_year\":200}",
    ]
    let cases = [
      ["cashflow", "rate", "finance", "reinvest", "schedule"], ["dates", "amounts", "rate", "rates", "day_count"],
      ["principal", "rate", "n", "repayment", "grace", "cash_available"], ["schedule", "years"], ["rates", "years"],
      ["capex", "revenue", "operating_cost", "discount_rate", "loan", "loan_share_of_remainder", "residual_value"],
      ["parcels", "rent_res"], ["emp", "share_in_commercial", "resettle", "relocate", "m2_per_emp", "years"],
      ["yearly_benefit", "years", "start", "end"],
    ]
    let plausible = [
      "cashflow": "[-100,230,-132]", "schedule": "{\"0-30\":0.03}", "dates": "[\"2026-01-01\",\"2026-01-02\"]", "amounts": "[-1,2]",
      "rates": "[0.04]", "day_count": "\"act/360\"", "repayment": "\"linear\"", "cash_available": "[5]", "capex": "[1e5,0,0]",
      "revenue": "[0,5,1e4]", "operating_cost": "[0,1,2]", "discount_rate": "0.04", "loan_share_of_remainder": "0.5",
      "loan": "{\"rate\":0.1,\"years\":2,\"first_payment_year\":1}", "parcels": "[[1,2,3,40]]", "emp": "[10]", "years": "5",
    ]
    var draws = Draws(state: 83)
    var answered = 0
    for round in 0..<3000 {
      let fields = cases[draws.next(cases.count)]
      let members = fields.enumerated().compactMap { index, name -> String? in
        guard index < 2 || draws.next(2) == 0 else { return nil }
        let value = draws.next(3) == 0 ? values[draws.next(values.count)] : plausible[name] ?? "1"
        return "\"\(name)\":\(value)"
      }
      let text = "{\(members.joined(separator: ","))}"
      do {
        let result = try appraise(JSON(parsing: text)).serialized()
        answered += 1
        #expect(throws: Never.self, "seed 83, round \(round): \(text) gave \(result)") { try JSON(parsing: result) }
      } catch let error as AssessmentError {
        #expect(error.kind == .badInput && !error.description.isEmpty, "seed 83, round \(round): \(text)")
      }
    }
    #expect(answered > 500)
  }
}
