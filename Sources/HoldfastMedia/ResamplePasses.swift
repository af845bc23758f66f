// The two passes of a resize. Loops are `while` over unsafe buffers and arithmetic is unchecked, so
// that builds without optimisation stay bearable; the tables keep every index within the image and
// every sum within 32 bits.

private let half: Int32 = 1 << (ResampleTable.precision - 1)

private func clipped(_ sum: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: max(0, min(255, sum &>> ResampleTable.precision)))
}

extension Image {
  /// Makes the columns of `table` out of this image, which holds just the columns it needs.
  func resampled(horizontally table: ResampleTable?) -> Image {
    guard let table else { return self }
    let columns = table.starts.count
    let first = table.needed.lowerBound
    let count = height * columns * 3
    let result = [UInt8](unsafeUninitializedCapacity: count) { target, written in
      pixels.withUnsafeBufferPointer { source in
        table.weights.withUnsafeBufferPointer { weights in
          var place = 0
          var row = 0
          while row < height {
            var column = 0
            while column < columns {
              var red = half
              var green = half
              var blue = half
              var pixel = (row &* width &+ table.starts[column] &- first) &* 3
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
    return Image(ImageSize(width: columns, height: height), result)
  }

  /// Makes the rows of `table` out of this image, which holds just the rows it needs.
  func resampled(vertically table: ResampleTable?) -> Image {
    guard let table else { return self }
    let rows = table.starts.count
    let first = table.needed.lowerBound
    let rowBytes = width * 3
    let count = rows * rowBytes
    var sums = [Int32](repeating: 0, count: rowBytes)
    let result = [UInt8](unsafeUninitializedCapacity: count) { target, written in
      pixels.withUnsafeBufferPointer { source in
        sums.withUnsafeMutableBufferPointer { sums in
          var row = 0
          while row < rows {
            sums.update(repeating: half)
            var tap = 0
            while tap < table.counts[row] {
              let weight = table.weights[row &* table.stride &+ tap]
              let from = (table.starts[row] &+ tap &- first) &* rowBytes
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
    return Image(ImageSize(width: width, height: rows), result)
  }
}
