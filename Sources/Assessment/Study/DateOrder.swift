/// In which order day and month stand in dates such as 01/03/2012.
public enum DateOrder: String, Sendable, CaseIterable {
  case dayFirst = "dmy"
  case monthFirst = "mdy"
}
