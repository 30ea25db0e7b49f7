import CXLSXWriter

/// Why no workbook came.
public enum WorkbookError: Error, Sendable, CustomStringConvertible, Equatable {
  /// The file cannot be written (exit 73).
  case cannotWrite(path: String, reason: String)

  /// What was done, what was found, where, and what to do.
  public var description: String {
    switch self {
    case .cannotWrite(let path, let reason): "Writing the workbook \(path): \(reason). Check the place and its free space."
    }
  }
}

/// How a cell's number is shown.
enum CellNumber: String {
  case money = "#,##0;[Red]-#,##0"
  case rate = "#,##0.00;[Red]-#,##0.00"
  case share = "0.0%"
  case whole = "0"
  case factor = "0.0000"
  case general = "General"
}

/// What a cell is.
enum CellKind: String {
  case title, head, headRight, label, unit, note, input, formula, total, good
}

/// One workbook under construction: the only door to libxlsxwriter.
///
/// Text goes in as text, never as a formula, whatever it begins with. The file's date is given, so equal content gives equal bytes.
final class WorkbookWriter {
  private let book: UnsafeMutablePointer<lxw_workbook>
  private let path: String
  private var formats: [String: UnsafeMutablePointer<lxw_format>] = [:]

  /// Opens a file.
  /// - Parameter created: seconds since 1970, written as the document's date.
  init(path: String, title: String, subject: String, created: Int) throws(WorkbookError) {
    self.path = path
    guard let book = workbook_new(path) else { throw .cannotWrite(path: path, reason: "it cannot be opened") }
    self.book = book
    title.withCString { title in
      subject.withCString { subject in
        "Rekindle".withCString { author in
          var properties = lxw_doc_properties()
          properties.title = UnsafePointer(title).mutable
          properties.subject = UnsafePointer(subject).mutable
          properties.author = UnsafePointer(author).mutable
          properties.created = created
          workbook_set_properties(book, &properties)
        }
      }
    }
  }

  /// Adds a sheet, protected without a password: only input cells can be changed.
  func sheet(_ name: String) -> WorkbookSheet {
    let sheet = WorkbookSheet(workbook_add_worksheet(book, name), name: name, writer: self)
    var options = lxw_protection()
    options.format_columns = 1
    options.format_rows = 1
    worksheet_protect(sheet.sheet, nil, &options)
    worksheet_set_landscape(sheet.sheet)
    worksheet_set_paper(sheet.sheet, 9)
    worksheet_fit_to_pages(sheet.sheet, 1, 0)
    worksheet_gridlines(sheet.sheet, UInt8(LXW_HIDE_ALL_GRIDLINES.rawValue))
    return sheet
  }

  /// Names a cell or a range, e.g. `rent` for `'Assumptions'!$C$5`.
  func define(_ name: String, _ reference: String) { workbook_define_name(book, name, "=" + reference) }

  /// Lets the program that opens the file recalculate all formulas.
  func chart(_ type: lxw_chart_type) -> UnsafeMutablePointer<lxw_chart>? { workbook_add_chart(book, UInt8(type.rawValue)) }

  /// Writes the file.
  func close() throws(WorkbookError) {
    let result = workbook_close(book)
    guard result == LXW_NO_ERROR else { throw .cannotWrite(path: path, reason: String(cString: lxw_strerror(result))) }
  }

  func format(_ kind: CellKind, _ number: CellNumber = .general) -> UnsafeMutablePointer<lxw_format>? {
    let key = kind.rawValue + number.rawValue
    if let format = formats[key] { return format }
    guard let format = workbook_add_format(book) else { return nil }
    format_set_font_name(format, "Calibri")
    format_set_font_size(format, 10)
    if number != .general { format_set_num_format(format, number.rawValue) }
    switch kind {
    case .title:
      format_set_font_size(format, 16)
      format_set_bold(format)
    case .head, .headRight:
      format_set_bold(format)
      format_set_bottom(format, 1)
      format_set_text_wrap(format)
      if kind == .headRight { format_set_align(format, UInt8(LXW_ALIGN_RIGHT.rawValue)) }
    case .label: format_set_text_wrap(format)
    case .unit:
      format_set_font_color(format, 0x565C64)
      format_set_indent(format, 1)
    case .note:
      format_set_font_color(format, 0x565C64)
      format_set_italic(format)
    case .input:
      format_set_font_color(format, 0x0B3D91)
      format_set_bg_color(format, 0xFFF3D6)
      format_set_border(format, 1)
      format_set_border_color(format, 0xD6D2C9)
      format_set_unlocked(format)
    case .formula: break
    case .total:
      format_set_bold(format)
      format_set_top(format, 1)
    case .good:
      format_set_bold(format)
      format_set_font_color(format, 0x006B4E)
    }
    formats[key] = format
    return format
  }
}

extension UnsafePointer<CChar> {
  /// The C library's structs hold mutable pointers to text that it only reads.
  fileprivate var mutable: UnsafeMutablePointer<CChar> { UnsafeMutablePointer(mutating: self) }
}

/// One sheet; rows and columns count from 0.
final class WorkbookSheet {
  let sheet: UnsafeMutablePointer<lxw_worksheet>?
  let name: String
  private let writer: WorkbookWriter

  fileprivate init(_ sheet: UnsafeMutablePointer<lxw_worksheet>?, name: String, writer: WorkbookWriter) {
    self.sheet = sheet
    self.name = name
    self.writer = writer
  }

  func text(_ row: Int, _ column: Int, _ text: String, _ kind: CellKind = .label) {
    worksheet_write_string(sheet, UInt32(row), UInt16(column), PageText.clean(text), writer.format(kind))
  }

  func number(_ row: Int, _ column: Int, _ value: Double?, _ kind: CellKind, _ number: CellNumber) {
    let format = writer.format(kind, number)
    guard let value, value.isFinite else {
      worksheet_write_blank(sheet, UInt32(row), UInt16(column), format)
      return
    }
    worksheet_write_number(sheet, UInt32(row), UInt16(column), value, format)
  }

  /// A live formula with the value that it has now.
  func formula(_ row: Int, _ column: Int, _ formula: String, _ value: Double?, _ kind: CellKind = .formula, _ number: CellNumber) {
    let format = writer.format(kind, number)
    if let value, value.isFinite {
      worksheet_write_formula_num(sheet, UInt32(row), UInt16(column), "=" + formula, format, value)
    } else {
      worksheet_write_formula_str(sheet, UInt32(row), UInt16(column), "=" + formula, format, "–")
    }
  }

  /// A live formula whose value is text.
  func formula(_ row: Int, _ column: Int, _ formula: String, text: String, _ kind: CellKind = .formula) {
    worksheet_write_formula_str(sheet, UInt32(row), UInt16(column), "=" + formula, writer.format(kind), text)
  }

  func comment(_ row: Int, _ column: Int, _ text: String) {
    let clean = PageText.clean(text, limit: 1_000)
    guard !clean.isEmpty else { return }
    worksheet_write_comment(sheet, UInt32(row), UInt16(column), clean)
  }

  func widths(_ widths: [Double]) {
    for (column, width) in widths.enumerated() { worksheet_set_column(sheet, UInt16(column), UInt16(column), width, nil) }
  }

  func width(_ width: Double, from first: Int, to last: Int) { worksheet_set_column(sheet, UInt16(first), UInt16(last), width, nil) }

  func freeze(_ row: Int, _ column: Int) { worksheet_freeze_panes(sheet, UInt32(row), UInt16(column)) }

  func height(_ height: Double, ofRow row: Int) { worksheet_set_row(sheet, UInt32(row), height, nil) }

  func insert(_ chart: UnsafeMutablePointer<lxw_chart>?, _ row: Int, _ column: Int, width: Double, height: Double, description: String) {
    chart_set_style(chart, 2)
    if let axis = chart?.pointee.y_axis { chart_axis_set_num_format(axis, "#,##0") }
    description.withCString { text in
      var options = lxw_chart_options()
      // The library's default chart is 480 by 288 pixels.
      options.x_scale = width / 480
      options.y_scale = height / 288
      options.description = UnsafeMutablePointer(mutating: text)
      worksheet_insert_chart_opt(sheet, UInt32(row), UInt16(column), chart, &options)
    }
  }

  /// The absolute reference of a cell with the sheet's name.
  func reference(_ row: Int, _ column: Int) -> String { "'\(name)'!$\(Self.letters(column))$\(row + 1)" }

  /// The absolute reference of a range of this sheet with its name.
  func reference(_ row: Int, _ column: Int, _ lastRow: Int, _ lastColumn: Int) -> String {
    "'\(name)'!$\(Self.letters(column))$\(row + 1):$\(Self.letters(lastColumn))$\(lastRow + 1)"
  }

  /// The column's letters: A, B, …, Z, AA, ….
  static func letters(_ column: Int) -> String {
    var text = ""
    var rest = column + 1
    while rest > 0 {
      text = String(UnicodeScalar(UInt8(65 + (rest - 1) % 26))) + text
      rest = (rest - 1) / 26
    }
    return text
  }
}
