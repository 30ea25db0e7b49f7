/// A goal, its criteria and their sub-criteria, each level judged in pairs.
///
/// Source: Saaty (1980): the global weight of a leaf is the product of the local weights on its way from the goal.
public struct CriterionHierarchy: Sendable, Equatable {
  /// The name of the goal, criterion or sub-criterion.
  public let name: String
  /// The parts of it; empty for a leaf.
  public let children: [CriterionHierarchy]
  /// The judgements among the children, in their order; nil for a leaf or an only child.
  public let judgements: PairwiseJudgements?

  /// A leaf.
  public init(leaf name: String) {
    self.name = name
    children = []
    judgements = nil
  }

  /// A node with children and the judgements among them. Throws when they are not as many.
  public init(_ name: String, children: [CriterionHierarchy], judgements: PairwiseJudgements) throws(DecisionError) {
    guard judgements.size == children.count else {
      throw .count(what: "judged items below \(name)", found: judgements.size, expected: children.count)
    }
    self.name = name
    self.children = children
    self.judgements = judgements
  }

  /// A leaf and its weight within the whole.
  public struct LeafWeight: Sendable, Equatable {
    /// Names from the goal's children down to the leaf.
    public let path: [String]
    /// Weight among its siblings.
    public let localWeight: Double
    /// Weight within the whole; all leaves sum to 1.
    public let globalWeight: Double
  }

  /// The judged levels and the leaves.
  public struct Weights: Sendable, Equatable {
    /// The leaves in depth-first order.
    public let leaves: [LeafWeight]
    /// The name of each judged node, the goal first, with its AHP result.
    public let levels: [Level]
  }

  /// One judged node.
  public struct Level: Sendable, Equatable {
    /// The name of the node.
    public let name: String
    /// Weights of its children and their consistency.
    public let result: AHP.Result
  }

  /// Weighs every level and multiplies down. Throws what `AHP.weigh` throws, at the first level that is refused.
  public func weigh(_ method: AHP = AHP()) throws(DecisionError) -> Weights {
    var leaves: [LeafWeight] = []
    var levels: [Level] = []
    try descend(method, [], 1, 1, &leaves, &levels)
    return Weights(leaves: leaves, levels: levels)
  }

  private func descend(
    _ method: AHP, _ path: [String], _ local: Double, _ global: Double, _ leaves: inout [LeafWeight], _ levels: inout [Level]
  ) throws(DecisionError) {
    guard let judgements else {
      leaves.append(LeafWeight(path: path, localWeight: local, globalWeight: global))
      return
    }
    let result = try method.weigh(judgements)
    levels.append(Level(name: name, result: result))
    for (child, weight) in zip(children, result.weights) {
      try child.descend(method, path + [child.name], weight, global * weight, &leaves, &levels)
    }
  }
}
