/// The share of test images whose nearest training image, by squared distance of bytes, has the
/// same label: what one gets without any learning.
///
/// All images have the same number of bytes; of equally near ones the first counts. Throws if a
/// list is empty, if labels are missing, or if an image has another size than the rest.
public func nearestNeighbourAccuracy(
  train: [[UInt8]], trainLabels: [Int], test: [[UInt8]], testLabels: [Int]
) throws(SceneError) -> Double {
  guard let length = train.first?.count, !test.isEmpty else {
    throw SceneError(
      what: "there are no images to compare", where: "nearest neighbour",
      hint: "give at least one training and one test image")
  }
  guard train.count == trainLabels.count, test.count == testLabels.count else {
    throw SceneError(
      what: "the numbers of images and labels differ", where: "nearest neighbour",
      hint: "give one label for each image")
  }
  guard train.allSatisfy({ $0.count == length }), test.allSatisfy({ $0.count == length }) else {
    throw SceneError(
      what: "the images differ in size", where: "nearest neighbour",
      hint: "bring all images to one size first")
  }
  var correct = 0
  for (image, label) in zip(test, testLabels) {
    var nearest = 0
    var smallest = Int64.max
    for (index, candidate) in train.enumerated() {
      let distance = squaredDistance(image, candidate)
      if distance < smallest { (nearest, smallest) = (index, distance) }
    }
    if trainLabels[nearest] == label { correct += 1 }
  }
  return Double(correct) / Double(test.count)
}

/// The sum of squared differences of two byte strings of equal length.
private func squaredDistance(_ a: [UInt8], _ b: [UInt8]) -> Int64 {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      var total: Int64 = 0
      var start = 0
      // A run of 32,768 squares fits in 32 bits, which the processor adds many at a time.
      while start < a.count {
        let end = min(start + 32_768, a.count)
        var run: Int32 = 0
        for index in start..<end {
          let difference = Int32(a[index]) &- Int32(b[index])
          run &+= difference &* difference
        }
        total += Int64(run)
        start = end
      }
      return total
    }
  }
}
