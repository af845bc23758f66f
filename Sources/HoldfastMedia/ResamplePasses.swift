// The two passes of a resize. Loops are `while` over unsafe buffers and arithmetic is unchecked, so
// that builds without optimisation stay bearable; the tables keep every index within the image and
// every sum within 32 bits.

private let half: Int32 = 1 << (ResampleTable.precision - 1)

private func clipped(_ sum: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: max(0, min(255, sum &>> ResampleTable.precision)))
}

/// Resizes every RGB row to the columns of `table`.
func resampleRows(
  _ pixels: ArraySlice<UInt8>, width: Int, rows: Int, table: ResampleTable
) -> [UInt8] {
  let columns = table.starts.count
  let count = rows * columns * 3
  return Array(unsafeUninitializedCapacity: count) { target, written in
    pixels.withUnsafeBufferPointer { source in
      table.weights.withUnsafeBufferPointer { weights in
        var place = 0
        var row = 0
        while row < rows {
          var column = 0
          while column < columns {
            var red = half
            var green = half
            var blue = half
            var pixel = (row &* width &+ table.starts[column]) &* 3
            var tap = column &* table.stride
            let end = tap &+ table.counts[column]
            while tap < end {
              let weight = weights[tap]
              red &+= Int32(source[pixel]) &* weight
              green &+= Int32(source[pixel &+ 1]) &* weight
              blue &+= Int32(source[pixel &+ 2]) &* weight
              pixel &+= 3
              tap &+= 1
            }
            target[place] = clipped(red)
            target[place &+ 1] = clipped(green)
            target[place &+ 2] = clipped(blue)
            place &+= 3
            column &+= 1
          }
          row &+= 1
        }
      }
    }
    written = count
  }
}

/// Resizes every column to the rows of `table`; the first row of `pixels` is row `firstRow`.
func resampleColumns(
  _ pixels: ArraySlice<UInt8>, rowBytes: Int, firstRow: Int, table: ResampleTable
) -> [UInt8] {
  let rows = table.starts.count
  let count = rows * rowBytes
  var sums = [Int32](repeating: 0, count: rowBytes)
  return Array(unsafeUninitializedCapacity: count) { target, written in
    pixels.withUnsafeBufferPointer { source in
      sums.withUnsafeMutableBufferPointer { sums in
        var row = 0
        while row < rows {
          sums.update(repeating: half)
          var tap = 0
          while tap < table.counts[row] {
            let weight = table.weights[row &* table.stride &+ tap]
            let from = (table.starts[row] &+ tap &- firstRow) &* rowBytes
            var place = 0
            while place < rowBytes {
              sums[place] &+= Int32(source[from &+ place]) &* weight
              place &+= 1
            }
            tap &+= 1
          }
          var place = 0
          while place < rowBytes {
            target[row &* rowBytes &+ place] = clipped(sums[place])
            place &+= 1
          }
          row &+= 1
        }
      }
    }
    written = count
  }
}
