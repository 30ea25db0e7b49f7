import ProjectFinance

/// An answer to a question asked backwards, proved by putting it into the model.
struct InverseAnswer: Sendable {
  /// Id, e.g. break_even_rent.
  var id: String
  /// Question.
  var title: Message
  /// Unit of the value.
  var unit: String
  /// The answer; `nil` when there is none.
  var value: Double?
  /// What the model shows with the answer put in, or why there is none.
  var text: Message
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
  func proved(_ id: String, _ title: Sentence, _ unit: String, _ solution: (value: Double, residual: Double)?, impossible: Sentence)
    -> InverseAnswer
  {
    guard let (value, residual) = solution else {
      return InverseAnswer(id: id, title: Message(title), unit: unit, value: nil, text: Message(impossible), isVerified: false)
    }
    return InverseAnswer(
      id: id, title: Message(title), unit: unit, value: value,
      text: Message(.putIntoModel, abs(residual) < 0.5 ? .number(0) : .whole(residual)),
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
    answers.append(proved("break_even_rent", .askRent, "EUR/m2/month", solution, impossible: .noRentReachesIt))
  }
  guard value.rentPerSquareMetreMonth != nil else { return answers }
  answers.append(
    proved(
      "bearable_cost", .askInvestment, "EUR", attainable(appraisal.breakEven.capitalCost),
      impossible: .operationLoses))
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
        "bearable_purchase", .askPurchase, "EUR", proof,
        impossible: .nothingLeft))
  }
  if value.lettableArea > 0 {
    answers.append(
      proved(
        "required_occupancy", .askOccupancy, "share", attainable(appraisal.breakEven.occupancy),
        impossible: .fullyLetFails))
  }
  if let least {
    answers.append(
      InverseAnswer(
        id: "minimum_grant", title: Message(.askGrant), unit: "EUR", value: least.value,
        text: Message(.putIntoModelGrant, .whole(least.residual)),
        isVerified: least.isAttainable && least.residual >= -1e-6 * scale))
  } else {
    answers.append(
      InverseAnswer(
        id: "minimum_grant", title: Message(.askGrant), unit: "EUR", value: nil,
        text: Message(.noGrantSuffices), isVerified: false))
  }
  return answers
}
