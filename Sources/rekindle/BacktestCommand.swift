import ArgumentParser
import Assessment

struct BacktestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest", abstract: "The cost tables beside projects that were built or planned elsewhere.",
    discussion: "A project that is a source of a figure is left out of its own estimate. With so few projects no accuracy is claimed.")
  @OptionGroup var common: CommonOptions

  func run() throws {
    let folder = try common.folder()
    let backtest = try Backtest(folder: folder, register: AssumptionRegister(folder: folder, studyFile: nil))
    try common.answer(json: backtest.jsonText, text: backtest.text)
  }
}
