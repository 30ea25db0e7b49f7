import Assessment
import Testing
import TextFormats

/// Requests in the shape of the published collections, and what must come out of each.
@Suite struct DecideRequestTests {
  private func answer(_ method: String, _ request: String) throws -> JSON { try decide(try JSON(parsing: request), method: method) }

  private func numbers(_ value: JSON?) -> [Double] {
    guard let value else { return [] }
    if let number = value.number { return [number] }
    if let items = value.array { return items.flatMap { numbers($0) } }
    return (value.object ?? []).flatMap { numbers($0.value) }
  }

  private func texts(_ value: JSON?) -> [String] {
    value?.string.map { [$0] } ?? (value?.array ?? []).flatMap { texts($0) }
  }

  private func expectClose(
    _ found: JSON?, _ expected: [Double], _ tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let list = numbers(found)
    #expect(list.count == expected.count, sourceLocation: sourceLocation)
    for (a, b) in zip(list, expected) { #expect((a - b).magnitude <= tolerance, sourceLocation: sourceLocation) }
  }

  private func refusal(_ method: String, _ request: String) throws -> String {
    let parsed = try JSON(parsing: request)
    let error = #expect(throws: AssessmentError.self) { try decide(parsed, method: method) }
    if case .badInput? = error?.kind {} else { Issue.record("another kind than bad input: \(String(describing: error))") }
    return error?.description ?? ""
  }

  @Test("TOPSIS: Tzeng, Huang (2011), the unnormalised pair with its ideal, and Hodgett's pair with weights that do not sum to one")
  func topsis() throws {
    let tzeng = try answer(
      "topsis",
      #"{"matrix":[[5,8,4],[7,6,8],[8,8,6],[7,4,6]],"dir":["max","max","max"],"weights":[0.3,0.4,0.3],"norm":"vector"}"#)
    expectClose(tzeng["closeness"], [0.5037196586, 0.658084772, 0.7482486599, 0.3339974369], 1e-9)
    #expect(numbers(tzeng["rank"]) == [3, 2, 1, 4])
    #expect(tzeng["norm"] == "vector")
    let plain = try answer("topsis", #"{"matrix":[[1,0,3],[0,5,6]],"dir":["max","max","max"],"weights":[1,1,1],"norm":"none"}"#)
    expectClose(plain["ideal"], [1, 5, 6], 0)
    expectClose(plain["anti"], [0, 0, 3], 0)
    expectClose(plain["closeness"], [0.1463924817, 0.8536075183], 1e-8)
    let hodgett = try answer(
      "topsis",
      #"{"matrix":[[5490,51.4,8.5],[6500,70.6,7]],"dir":["min","max","max"],"weights":[0.35,0.25,0.25],"norm":"vector","weights_renormalised":"no difference"}"#
    )
    expectClose(hodgett["closeness"], [0.4942820837, 0.5057179163], 1e-9)
  }

  @Test("SPOTIS: Dezert et al. (2020)")
  func spotis() throws {
    let result = try answer(
      "spotis",
      #"{"matrix":[[10.5,-3.1,1.7],[-4.7,0,3.4],[8.1,0.3,1.3],[3.2,7.3,-5.3]],"bounds":[[-5,12],[-6,10],[-8,5]],"dir":["max","min","max"],"weights":[0.2,0.3,0.5]}"#
    )
    expectClose(result["distance"], [0.19894514, 0.37050905, 0.30631505, 0.74905826], 1e-8)
    #expect(numbers(result["order_best_first"]) == [1, 3, 2, 4])
  }

  @Test("VIKOR: Tzeng, Huang (2011), and hydropower of Opricovic, Tzeng (2007) with weights that need normalising")
  func vikor() throws {
    let tzeng = try answer(
      "vikor", #"{"matrix":[[5,8,4],[7,6,8],[8,8,6],[7,4,6]],"dir":["max","max","max"],"weights":[0.3,0.4,0.3],"v":0.5}"#)
    expectClose(tzeng["S"], [0.6, 0.3, 0.15, 0.65], 1e-9)
    expectClose(tzeng["R"], [0.3, 0.2, 0.15, 0.4], 1e-9)
    expectClose(tzeng["Q"], [0.75, 0.25, 0, 1], 1e-9)
    #expect(tzeng["acceptable_advantage"] == false && tzeng["acceptable_stability"] == true)
    #expect(texts(tzeng["compromise_set"]) == ["A2", "A3"])
    let matrix =
      "[[4184.3,2914.0,407.2,251.0,195,244,15,2.41],[5211.9,3630.0,501.7,308.3,282,346,21,1.41],[5021.3,3920.5,504.0,278.6,12,56,3,4.42],"
      + "[5566.1,3957.9,559.5,335.3,167,268,16,3.36],[5060.5,3293.5,514.1,284.2,69,90,7,4.04],[4317.9,2925.9,432.8,239.3,12,55,3,4.36]]"
    let hydropower = try answer(
      "vikor",
      #"{"matrix":\#(matrix),"dir":["max","min","max","max","min","min","min","max"],"weights_unnormalised":[1,1,1,1,2,2,2,2],"v":0.5}"#)
    expectClose(hydropower["Q"], [0.68424, 1, 0.147128, 0.553585, 0.041138, 0.191336], 1e-6)
    #expect(texts(hydropower["compromise_set"]) == ["A3", "A5", "A6"])
  }

  @Test("PROMETHEE: Zhao et al. (2013)")
  func promethee() throws {
    let result = try answer(
      "promethee", #"{"matrix":[[4,3,2],[3,2,4],[5,1,3]],"dir":["max","max","max"],"weights":[0.5,0.3,0.2],"fn":"usual"}"#)
    expectClose(result["pi"], [0, 0.8, 0.3, 0.2, 0, 0.5, 0.7, 0.5, 0], 1e-12)
    expectClose(result["phi_plus"], [0.55, 0.35, 0.6], 1e-12)
    expectClose(result["phi_minus"], [0.45, 0.65, 0.4], 1e-12)
    expectClose(result["phi"], [0.1, -0.3, 0.2], 1e-12)
  }

  @Test("PROMETHEE takes a function and thresholds for each criterion", arguments: ["vshape", "v-shape"])
  func functions(name: String) throws {
    let result = try answer(
      "promethee", #"{"matrix":[[0,5],[2,5],[4,9]],"dir":["max","min"],"weights":[1,1],"fn":["\#(name)","linear"],"p":[4,8],"q":[null,2]}"#)
    // π(2,1) = ½·½; π(1,3) = ½·(4 − 2)/6 = 1/6.
    expectClose(result["pi"], [0, 0, 1.0 / 6, 0.25, 0, 1.0 / 6, 0.5, 0.25, 0], 1e-12)
  }

  @Test("ELECTRE I and II: Cebrián, Porcar (2009), the diagonal null", arguments: ["electre", "electre1", "electre2"])
  func electre(method: String) throws {
    let result = try answer(
      method,
      #"{"matrix":[[6,5,28,5,5],[4,2,25,10,9],[5,7,35,9,6],[6,1,27,6,7],[6,8,30,7,9],[5,6,26,4,8]],"dir":["max","max","min","max","max"],"weights":[0.25,0.25,0.1,0.2,0.2],"norm":"sum"}"#
    )
    #expect(result["concordance"]?.array?[0].array?[0].isNull == true)
    expectClose(result["concordance"]?.array?[4], [0.9, 0.7, 0.8, 0.9, 0.9], 1e-4)
    expectClose(result["discordance"]?.array?[3], [0.5714, 0.4042, 0.8571, 1, 0.7143], 1e-4)
    #expect(numbers(result["kernel"]) == [5])
    #expect(numbers(result["electre2_rank"]) == [6, 3, 2, 5, 1, 4])
  }

  @Test("ELECTRE III: six projects of the R package MCDA, with the discrimination as a text", arguments: ["electre", "electre3"])
  func electreIII(method: String) throws {
    let result = try answer(
      method,
      #"{"matrix":[[10,20,5,10,16],[0,5,5,16,10],[0,10,0,16,7],[20,5,10,10,13],[20,10,15,10,13],[20,10,20,13,13]],"dir":["max","max","max","max","max"],"weights":[3,2,3,1,1],"q":[3,3,3,3,3],"p":[5,5,5,5,5],"v":[11,11,11,11,11],"s":"0.3-0.15*lambda"}"#
    )
    expectClose(result["concordance"]?.array?[2], [0.1, 0.7, 1, 0.3, 0.3, 0.3], 1e-9)
    expectClose(result["credibility"]?.array?[0], [1, 0.9, 0.9, 0.1111111111, 0.0308641975, 0], 1e-9)
    #expect(result["descending"] == [["P6"], ["P5"], ["P1"], ["P4"], ["P2", "P3"]])
    #expect(result["ascending_best_first"] == [["P6"], ["P1"], ["P5"], ["P4"], ["P3"], ["P2"]])
    #expect(result["incomparable"] == [["P1", "P5"]])
  }

  @Test("MR-Sort: five ways to travel of the R package MCDA")
  func mrsort() throws {
    let result = try answer(
      "mrsort",
      #"{"matrix":[[1,10,1],[4,20,2],[2,20,0],[6,40,0],[30,30,3]],"dir":["min","min","max"],"profiles":{"Good":[3,11,3],"Medium":[7,25,2]},"vetos":{"Good":[9,null,null],"Medium":[null,null,0]},"weights":[1,3,2],"majority":3}"#
    )
    #expect(texts(result["assignment"]) == ["Good", "Medium", "Bad", "Bad", "Bad"])
  }

  @Test("AHP: fractions as text, weights by name, consistency under named tables, and the tables themselves")
  func ahp() throws {
    let result = try answer(
      "ahp",
      #"{"order":["coffee","wine","tea","beer","soda","milk","water"],"matrix":[[1,9,5,2,1,1,0.5],["1/9",1,"1/3","1/9","1/9","1/9","1/9"],["1/5",3,1,"1/3","1/4","1/3","1/9"],[0.5,9,3,1,0.5,1,"1/3"],[1,9,4,2,1,2,0.5],[1,9,3,1,0.5,1,"1/3"],[2,9,9,3,2,3,1]]}"#
    )
    expectClose(
      result["eig"], [0.1774567474, 0.019149476, 0.0418311817, 0.1164170317, 0.1895723753, 0.1287805485, 0.3267926393], 1e-9)
    expectClose(result["lmax"], [7.1766290393], 1e-9)
    expectClose(result["CI"], [0.0294381732], 1e-9)
    expectClose(result["CR_saaty2005"], [0.021806], 5e-7)
    expectClose(result["CR_donegan"], [0.023515], 5e-7)
    expectClose(result["weights"]?["water"], [0.3267926393], 1e-9)
    let tables = try answer("ahp", "{}")
    #expect(tables["saaty1980"]?["5"] == 1.12 && tables["saaty2005"]?["15"] == 1.59)
    #expect(tables["donegan_dodd"]?["3"] == 0.4914 && tables["r_mcda"]?["10"] == 1.484)
  }

  @Test("AHP refuses a consistency ratio of .227, names the three worst judgements, and answers once accepted")
  func inconsistent() throws {
    let matrix =
      #"[[1,4,3,1,3,4],["1/4",1,7,3,"1/5",1],["1/3","1/7",1,"1/5","1/5","1/6"],[1,"1/3",5,1,1,"1/3"],["1/3",5,5,1,1,3],["1/4",1,6,3,"1/3",1]]"#
    let sentence = try refusal("ahp", #"{"matrix":\#(matrix)}"#)
    #expect(sentence.contains("0.2272") && sentence.contains("saaty2005") && sentence.contains("row 1 over column 3"))
    #expect(sentence.contains("accept_inconsistent"))
    let accepted = try answer("ahp", #"{"matrix":\#(matrix),"accept_inconsistent":true}"#)
    expectClose(accepted["eig"], [0.32077018, 0.13950275, 0.03476831, 0.12848602, 0.23738999, 0.13908275], 1e-8)
    expectClose(accepted["lmax"], [7.41987010192], 1e-8)
    expectClose(accepted["CR_saaty1980"], [0.2290113], 1e-7)
    #expect(accepted["consistent"] == false && accepted["worst_judgements"]?.array?.count == 3)
  }

  @Test("AHP takes a hierarchy and multiplies down")
  func hierarchy() throws {
    let result = try answer(
      "ahp",
      #"{"hierarchy":{"name":"goal","matrix":[[1,"1/4"],[4,1]],"children":[{"name":"place","matrix":[[1,3],["1/3",1]],"children":[{"name":"transit"},{"name":"centre"}]},{"name":"building"}]}}"#
    )
    let leaves = try #require(result["leaves"]?.array)
    #expect(texts(leaves[1]["path"]) == ["place", "centre"])
    expectClose(.array(leaves.map { $0["weight"] ?? .null }), [0.15, 0.05, 0.8], 1e-12)
  }

  @Test("Weights: CRITIC, entropy and MEREC on their published tables, alone and together")
  func weights() throws {
    let critic =
      #"{"matrix":[[61,1.08,4.33],[20.7,0.26,4.34],[16.3,1.98,2.53],[9,3.29,1.65],[5.4,2.77,2.33],[4,4.12,1.21],[-6.1,3.52,2.1],[-34.6,3.31,0.98]],"dir":["max","max","max"]}"#
    for method in ["critic", "weights"] {
      let result = try answer(method, critic)
      expectClose(result["pearson"], [0.20222554, 0.48090173, 0.31687273], 1e-8)
      expectClose(result["spearman"], [0.21454645, 0.4898563, 0.29559726], 1e-8)
      expectClose(result["unscaled_pearson"], [0.86874234, 0.08341434, 0.04784331], 1e-8)
    }
    let entropy =
      "{\"matrix\":[[7,312,1891,6613,163],[72,88,728,941804,1078],[10,252,2594,3466,117471],[10,145,980,2371,86329],"
      + "[65,54,350,501,29897],[29,48,380,912,34051],[7,476,3300,78470,2212],[70,87,650,733,819000],[4,86,591,3015,103],"
      + "[12,79,579,3240,96098],[21,45,261,1253,453],[1,72,530,4333,0.1048]]}"
    for method in ["entropy", "weights"] {
      expectClose(try answer(method, entropy)["weights"], [0.10499069, 0.06912398, 0.07137315, 0.44993707, 0.3045751], 1e-8)
    }
    let merec =
      #"{"matrix":[[450,8000,54,145],[10,9100,2,160],[100,8200,31,153],[220,9300,1,162],[5,8400,23,158]],"dir":["max","max","min","min"]}"#
    for method in ["merec", "weights"] {
      expectClose(try answer(method, merec)["weights"], [0.57522167, 0.01409659, 0.40156136, 0.00912038], 1e-8)
    }
    let together = try answer("weights", critic)
    #expect(together["weights_by"] == "entropy" || together["weights"]?.isNull == true, "negative values rule MEREC out")
    #expect(together["merec"]?["reason"]?.string?.contains("above zero") == true)
  }

  @Test("SMAA: the closed form of two alternatives, keyed by name")
  func smaaClosedForm() throws {
    let result = try answer("smaa", #"{"values":{"alt1":[1,0,1],"alt2":[0,1,0]},"weights":"uniform simplex n=3","draws":100000}"#)
    expectClose(result["rank_acceptability"]?["alt1"], [0.75, 0.25], 0.005)
    expectClose(result["rank_acceptability"]?["alt2"], [0.25, 0.75], 0.005)
    expectClose(result["central_weights"]?["alt1"], [7.0 / 18, 2.0 / 9, 7.0 / 18], 0.005)
    expectClose(result["central_weights"]?["alt2"], [1.0 / 6, 2.0 / 3, 1.0 / 6], 0.005)
    #expect(result["seed"] == 1 && result["draws"] == 100_000)
  }

  @Test("SMAA: the drugs of Tervonen et al. (2011) by named criteria with distributions")
  func smaaDrugs() throws {
    let request =
      #"{"alts":["fluoxetine","paroxetine","sertraline","venlafaxine"],"criteria":["efficacy(max,lognormal: log-mean,log-sd)","diarrhea(min,N)","dizziness(min,N)","headache(min,N)","insomnia(min,N)","nausea(min,N)"],"#
      + #""efficacy":[[0,0],[0.086,0.056],[0.095,0.044],[0.113,0.048]],"diarrhea":[[11.7,2.5],[9.2,1.86],[15.4,2.65],[5.5,2.32]],"dizziness":[[7.2,1.45],[10.6,1.58],[7.5,1.48],[15.7,4.44]],"#
      + #""headache":[[16.6,3.27],[21.2,5.15],[20.2,3.78],[12.8,2.45]],"insomnia":[[13.7,1.89],[14.3,2.93],[15.0,3.21],[11.2,3.98]],"nausea":[[18.6,1.79],[18.3,3.7],[19.5,2.6],[31.0,1.68]],"#
      + #""scale":"min/max over alternatives of mean -/+ 1.96 sd; linear value functions; uniform weights","draws":150000}"#
    let result = try answer("smaa", request)
    expectClose(result["scales"], [0.98, 1.23, 0.95, 20.59, 4.36, 24.4, 8.0, 31.29, 3.4, 21.29, 11.05, 34.29], 0.005)
    let ranks = result["rank_acceptability"]?.array ?? []
    expectClose(ranks.first, [0.1944, 0.2817, 0.2998, 0.2241], 0.005)
    expectClose(ranks.last, [0.3817, 0.1818, 0.1474, 0.2891], 0.005)
    expectClose(result["central_weights"]?.array?[2], [0.2079, 0.0943, 0.2214, 0.1319, 0.1496, 0.1948], 0.005)
    expectClose(result["confidence"], [0.4865, 0.4432, 0.3477, 0.7299], 0.005)
  }

  @Test("SMAA takes orders of importance, weight intervals and a Dirichlet concentration")
  func smaaSpaces() throws {
    let table = #""matrix":[[1,0],[0,1]],"dir":["max","max"],"draws":20000"#
    expectClose(try answer("smaa", "{\(table),\"ordinal\":[2,1]}")["rank_acceptability"], [0, 1, 1, 0], 0)
    expectClose(try answer("smaa", "{\(table),\"intervals\":[[0.2,0.6],[0,1]]}")["rank_acceptability"], [0.25, 0.75, 0.75, 0.25], 0.02)
    expectClose(try answer("smaa", "{\(table),\"weights\":[3,1]}")["rank_acceptability"], [1, 0, 0, 1], 0)
    // Beta(3, 1): P(w > ½) = 7/8.
    let loose = try answer("smaa", "{\(table),\"weights\":[3,1],\"concentration\":4}")
    expectClose(loose["rank_acceptability"], [0.875, 0.125, 0.125, 0.875], 0.02)
  }

  @Test("Weighted sum and product: contributions add up, weight stability, and weights chosen by name")
  func sums() throws {
    let sum = try answer("weighted-sum", #"{"matrix":[[10,4],[20,2],[15,3]],"dir":["max","min"],"weights":[3,1]}"#)
    expectClose(sum["score"], [0, 1, 0.5], 1e-12)
    expectClose(sum["contributions"], [0, 0, 0.75, 0.25, 0.375, 0.125], 1e-12)
    expectClose(sum["weight_stability"], [0, 0.75, 1, 0, 0.25, 1], 1e-12)
    let product = try answer("weighted-product", #"{"matrix":[[10,1],[1,10],[10,10]],"dir":["max","max"],"weights":"equal"}"#)
    expectClose(product["score"], [0.316227766016838, 0.316227766016838, 1], 1e-12)
    #expect(numbers(product["rank"]) == [2, 2, 1] && numbers(product["limiting_criterion"]) == [2, 1, 1])
    let chosen = try answer("weighted-sum", #"{"matrix":[[1,5],[2,5],[4,5.1]],"dir":["max","max"],"weights":"entropy"}"#)
    #expect(numbers(chosen["rank"]) == [3, 2, 1])
  }

  @Test("Stakeholder groups side by side and a certificate of rank reversal on request")
  func groups() throws {
    let result = try answer(
      "weighted-sum",
      #"{"matrix":[[6,10],[8,7],[0,0]],"dir":["max","max"],"weights":[0.52,0.48],"rank_reversal":true,"groups":[{"name":"city","weights":[1,9]},{"name":"artists","weights":[9,1]}]}"#
    )
    #expect(numbers(result["groups"]?["rank"]?["city"]) == [1, 2, 3] && numbers(result["groups"]?["rank"]?["artists"]) == [2, 1, 3])
    expectClose(result["groups"]?["aggregated_weights"], [0.5, 0.5], 1e-12)
    #expect(result["rank_reversal"]?["stable"] == false)
    #expect(result["rank_reversal"]?["reversals"]?.array?.first?["removed"] == 3)
  }

  @Test("Agreement of methods: equal orders have τ = 1, and a method that the table rules out says why")
  func agreement() throws {
    let result = try answer("agreement", #"{"matrix":[[1,2,3],[3,1,2],[2,5,0]],"dir":["max","max","min"],"weights":"equal"}"#)
    #expect(texts(result["methods"]).contains("vikor") && !texts(result["methods"]).contains("weighted-product"))
    #expect(result["not_applicable"]?["weighted-product"]?.string?.contains("Row 3, column 3") == true)
    #expect(numbers(result["unanimous_first"]) == [3])
    #expect(numbers(result["kendall_tau"]).allSatisfy { $0 == 1 })
  }

  @Test("A table as CSV: directions, weights and bounds in rows of their own, quotes, semicolons with decimal commas")
  func csv() throws {
    let plain = try decisionRequest(
      csv: "site,cost,\"light, share\"\r\ndir,min,max\r\nweight,3,1\r\nlow,0,0\r\nhigh,20,1\r\nMill,10,0.4\r\n\r\nBarn,20,0.2\r\n")
    #expect(texts(plain["alternatives"]) == ["Mill", "Barn"] && texts(plain["criteria"]) == ["cost", "light, share"])
    let result = try decide(plain, method: "spotis")
    expectClose(result["distance"], [0.75 * 0.5 + 0.25 * 0.6, 0.75 + 0.25 * 0.8], 1e-12)
    let german = try decisionRequest(csv: "\u{FEFF}Standort;Kosten;Licht\ndir;min;max\nweight;3;1\nHalle;10,5;0,4\n")
    #expect(numbers(german["matrix"]) == [10.5, 0.4])
  }

  @Test(
    "A CSV table that is not well formed is refused by line and column",
    arguments: [
      ("a,b\nx,1\ny\n", "line 3 has 1 cells"), ("a,b\nx,one\n", "line 2, column 2 is \"one\""), ("a,b,b\nx,1,2\n", "twice"),
      ("a\nx\n", "no criteria"), ("a,b\nx,\"1\n", "never closed"), ("a,b\nlow,1\nx,1\n", "no row \"high\""),
      ("a,b\ndir,max\ndir,min\nx,1\n", "second row"), ("a,b\nx,\n", "line 2, column 2 is \"\""),
    ])
  func csvRefusals(text: String, words: String) {
    let error = #expect(throws: AssessmentError.self) { try decisionRequest(csv: text) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("A whole record of a collection carries its request under inputs")
  func record() throws {
    let result = try answer(
      "spotis", #"{"id":"x","inputs":{"matrix":[[5],[7]],"dir":["max"],"weights":[1],"bounds":[[0,10]]},"tolerance":1e-8}"#)
    expectClose(result["distance"], [0.5, 0.3], 1e-12)
  }

  @Test(
    "Ill-formed requests are refused with field, row, column and a remedy",
    arguments: [
      ("topsis", #"{"matrix":[[1,2],[3]],"dir":["max","max"],"weights":[1,1]}"#, ["\"matrix\"", "row 2 has 1 values"]),
      ("topsis", #"{"matrix":[[1,2],[3,"x"]],"dir":["max","max"],"weights":[1,1]}"#, ["row 2, column 2", "\"x\""]),
      ("topsis", #"{"matrix":[[1,2],[3,null]],"dir":["max","max"],"weights":[1,1]}"#, ["row 2, column 2 is null"]),
      ("topsis", #"{"matrix":[[1,2],[3,4]],"dir":["max","max"],"weights":[1,0]}"#, ["\"weights\"", "column 2", "above zero"]),
      ("topsis", #"{"matrix":[[1,2],[3,4]],"dir":["max","max"],"weights":[1,-2]}"#, ["\"weights\"", "column 2 has weight -2"]),
      ("topsis", #"{"matrix":[[1,2],[3,4]],"dir":["max","best"],"weights":[1,1]}"#, ["\"dir\"", "column 2"]),
      ("topsis", #"{"matrix":[[1,2],[3,4]],"dir":["max"],"weights":[1,1]}"#, ["\"dir\"", "1 entries", "2 columns"]),
      ("topsis", #"{"matrix":[[1,2],[3,4]],"dir":["max","max"]}"#, ["\"weights\"", "missing"]),
      ("topsis", #"{"matrix":[[1,2],[3,4]],"dir":["max","max"],"weights":[1,1],"norm":"vectr"}"#, ["\"norm\"", "\"vector\""]),
      ("topsis", #"{"matrix":[[1,2],[3,4]],"dir":["max","max"],"weights":[1,1],"nrom":"sum"}"#, ["\"nrom\"", "\"norm\""]),
      ("topsis", #"{}"#, ["\"matrix\"", "missing"]), ("topsis", #"[]"#, ["no JSON object"]), ("topsiss", #"{}"#, ["\"topsis\""]),
      ("topsis", #"{"matrix":[],"dir":[],"weights":[]}"#, ["\"matrix\"", "no rows"]),
      ("ahp", #"{"matrix":[[1,3],[3,1]]}"#, ["row 1, column 2", "reciprocal"]),
      ("ahp", #"{"matrix":[[1,3],["1/0",1]]}"#, ["row 2, column 1"]), ("ahp", #"{"matrix":[[1,3,2],["1/3",1]]}"#, ["row 1"]),
      ("ahp", #"{"matrix":[[1,-3],["-1/3",1]]}"#, ["row 1, column 2", "above zero"]),
      ("spotis", #"{"matrix":[[1],[3]],"dir":["max"],"weights":[1],"bounds":[[0,2]]}"#, ["Row 2, column 1", "bounds"]),
      ("spotis", #"{"matrix":[[1],[3]],"dir":["max"],"weights":[1]}"#, ["\"bounds\"", "missing"]),
      ("electre3", #"{"matrix":[[1],[3]],"dir":["max"],"weights":[1],"q":1,"p":0}"#, ["column 1"]),
      ("electre3", #"{"matrix":[[1],[3]],"dir":["max"],"weights":[1],"q":1,"p":2,"s":"0.3"}"#, ["\"s\""]),
      ("promethee", #"{"matrix":[[1],[3]],"dir":["max"],"weights":[1],"fn":"vshape"}"#, ["\"p\"", "missing"]),
      ("promethee", #"{"matrix":[[1],[3]],"dir":["max"],"weights":[1],"fn":"curve"}"#, ["\"fn\"", "\"curve\""]),
      ("smaa", #"{"matrix":[[1],[[2,1]]],"dir":["max"]}"#, ["column 1"]),
      ("smaa", #"{"matrix":[[1],[2]],"dir":["max"],"draws":0}"#, ["\"draws\""]),
      ("mrsort", #"{"matrix":[[1]],"dir":["max"],"weights":[1],"profiles":{"G":[1,2]},"majority":1}"#, ["category G"]),
      ("mrsort", #"{"matrix":[[1]],"dir":["max"],"weights":[1],"profiles":{"G":[1]}}"#, ["\"majority\""]),
      ("entropy", #"{"matrix":[[1,-1],[2,3]]}"#, ["Row 1, column 2", "zero or more"]),
    ])
  func refusals(method: String, request: String, words: [String]) throws {
    let sentence = try refusal(method, request)
    for word in words { #expect(sentence.contains(word), "\(sentence)") }
  }
}
