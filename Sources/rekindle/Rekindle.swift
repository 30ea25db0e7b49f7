import ArgumentParser
import Assessment

/// Finds, for a city's empty buildings, the creative use and the money that fit.
@main
struct Rekindle: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rekindle",
    abstract: "Finds, for a city's empty buildings, the creative use and the money that fit.",
    discussion: """
      A study file says which layers to read; `rekindle init FILE…` writes one. Results go to Reports/<study>/.
      Exit status: 0 done, 64 usage, 65 bad data, 66 missing input, 69 a needed program is missing, 70 our bug, 73 cannot write, 130 interrupted.
      """,
    version: engineVersion,
    subcommands: [
      RunCommand.self, ScoreCommand.self, ReportCommand.self, ExportCommand.self, ExplainCommand.self, IndicatorsCommand.self,
      InspectCommand.self, InitCommand.self,
      DecideCommand.self, WeightsCommand.self, ProfileCommand.self, AppraiseCommand.self, BacktestCommand.self, DoctorCommand.self,
    ])

  static func main() {
    StackLimit.raise()
    installInterruptHandler()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let code as ExitCode {
      exit(withError: code)
    } catch {
      if let status = exitStatus(of: error) {
        printError("Error: \(error)")
        exit(withError: ExitCode(status))
      }
      exit(withError: error)
    }
  }
}
