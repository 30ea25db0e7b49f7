import ProjectFinance

/// An answer to a question asked backwards, proved by putting it into the model.
struct InverseAnswer: Sendable {
  /// Id, e.g. break_even_rent.
  var id: String
  /// Question.
  var title: String
  /// Unit of the value.
  var unit: String
  /// The answer; `nil` when there is none.
  var value: Double?
  /// What the model shows with the answer put in, or why there is none.
  var text: String
  /// Whether the model confirms the answer.
  var isVerified: Bool
}

/// Inverse answers of an alternative.
///
/// - Parameter managementShare: Property management as a share of the rent, which moves with it.
func inverseAnswers(_ value: ConversionCase, _ appraisal: Appraisal, managementShare: Double, least: SolvedValue?) throws -> [InverseAnswer]
{
  guard value.capitalCost.central > 0 else { return [] }
  let scale = max(1, value.capitalCost.central)
  func proved(_ id: String, _ title: String, _ unit: String, _ solution: (value: Double, residual: Double)?, impossible: String)
    -> InverseAnswer
  {
    guard let (value, residual) = solution else {
      return InverseAnswer(id: id, title: title, unit: unit, value: nil, text: impossible, isVerified: false)
    }
    return InverseAnswer(
      id: id, title: title, unit: unit, value: value,
      text: "put into the model, FNPV(C) is \(abs(residual) < 0.5 ? "0" : String(Int(residual.rounded()))) EUR",
      isVerified: abs(residual) <= 1e-6 * scale)
  }
  func attainable(_ solution: SolvedValue?) -> (value: Double, residual: Double)? {
    solution.flatMap { $0.isAttainable ? ($0.value, $0.residual) : nil }
  }
  var answers: [InverseAnswer] = []
  if value.lettableArea > 0 {
    func target(_ rent: Double) throws -> Double {
      var changed = value
      let management = managementShare * 12 * value.lettableArea * value.occupancy.stabilised
      changed.otherOperatingCostPerYear = max(
        0, value.otherOperatingCostPerYear + management * (rent - (value.rentPerSquareMetreMonth ?? 0)))
      changed.rentPerSquareMetreMonth = rent
      return try netPresentValue(of: changed.annualCashFlow().net ?? [], rate: value.financialDiscountRate)
    }
    var solution: (value: Double, residual: Double)?
    if value.rentPerSquareMetreMonth != nil {
      let at = try target(0), slope = try (target(10) - at) / 10
      if slope != 0 {
        let rent = -at / slope
        if rent.isFinite, rent >= 0 { solution = (rent, try target(rent)) }
      }
    } else {
      solution = attainable(appraisal.breakEven.rentPerSquareMetreMonth)
    }
    answers.append(proved("break_even_rent", "Rent at which FNPV(C) is 0", "EUR/m2/month", solution, impossible: "no rent reaches it"))
  }
  guard value.rentPerSquareMetreMonth != nil else { return answers }
  answers.append(
    proved(
      "bearable_cost", "Highest investment at which FNPV(C) is 0", "EUR", attainable(appraisal.breakEven.capitalCost),
      impossible: "none: operation alone does not earn its cost"))
  if let worth = appraisal.netPresentValue {
    // Purchase (cost group 100) is not in the investment, so what FNPV(C) leaves is what may be paid for the building.
    var proof: (value: Double, residual: Double)?
    if worth >= 0 {
      var flow = appraisal.years.map { $0.net ?? 0 }
      flow[0] -= worth
      proof = (worth, try netPresentValue(of: flow, rate: value.financialDiscountRate))
    }
    answers.append(
      proved(
        "bearable_purchase", "Highest price of the building, paid at the start, at which FNPV(C) is 0", "EUR", proof,
        impossible: "none: nothing is left to pay for the building"))
  }
  if value.lettableArea > 0 {
    answers.append(
      proved(
        "required_occupancy", "Occupancy in the long run at which FNPV(C) is 0", "share", attainable(appraisal.breakEven.occupancy),
        impossible: "none: even a fully let building does not reach it"))
  }
  if let least {
    answers.append(
      InverseAnswer(
        id: "minimum_grant", title: "Least grant that funds it", unit: "EUR", value: least.value,
        text:
          "with the loans on offer and whatever the law allows; put into the model, the owner is left with \(Int(least.residual.rounded())) EUR at the required return",
        isVerified: least.isAttainable && least.residual >= -1e-6 * scale))
  } else {
    answers.append(
      InverseAnswer(
        id: "minimum_grant", title: "Least grant that funds it", unit: "EUR", value: nil,
        text: "no grant to the investment suffices: operation alone loses money", isVerified: false))
  }
  return answers
}
