import HoldfastCore
import HoldfastData
import HoldfastEncoders
public import HoldfastMedia

/// The space that an attack acts in, and so the one that epsilon is measured in.
public enum AttackPlace: Hashable {
  /// A place as a request names it.
  public enum Name: String, Sendable, CaseIterable {
    /// On the processor's output.
    case model
    /// On pictures of one size, before they are resized.
    case native
    /// On the samples of a sound.
    case waveform
  }

  /// On the processor's output, at the model's own size.
  case model
  /// On the samples of a sound: the whole front end is inside what is attacked.
  case waveform
  /// On pictures of one size, before they are resized and cropped.
  case native(ImageSize)

  /// Its name in requests and records.
  public var name: Name {
    switch self {
    case .model: .model
    case .waveform: .waveform
    case .native: .native
    }
  }

  /// The place of a name.
  ///
  /// - Parameter pictures: opens the data, whose first picture tells the size at the place
  ///   `native`.
  init(_ name: Name, pictures: () throws -> any DataSet) throws {
    switch name {
    case .model: self = .model
    case .waveform: self = .waveform
    case .native:
      let set = try pictures()
      var cursor = try set.makeCursor()
      guard let first = try cursor.next() else {
        throw DataError("holds no pictures", in: set.path, hint: "give data with pictures")
      }
      self = .native(try NativePictures(sizeOf: first.content).size)
    }
  }

  /// A subject as it is attacked here.
  ///
  /// - Throws: `UsageError` when the modality has no such place.
  func put(_ subject: Subject, _ preparation: any Preparation) throws -> Subject {
    switch self {
    case .model: subject
    case .waveform: try subject.onWaveform(sound(preparation))
    case .native(let size): try subject.onPictures(of: size, image(preparation))
    }
  }

  /// How files are prepared for it.
  func preparation(_ preparation: any Preparation) throws -> any Preparation {
    switch self {
    case .model: preparation
    case .waveform: try sound(preparation).onWaveform()
    case .native(let size):
      NativePictures(size: size, background: try image(preparation).background)
    }
  }

  private func sound(_ preparation: any Preparation) throws(UsageError) -> SoundPreprocessor {
    guard let sound = preparation as? SoundPreprocessor else {
      throw refusal("sounds", "audio")
    }
    return sound
  }

  private func image(_ preparation: any Preparation) throws(UsageError) -> ImagePreprocessor {
    guard let image = preparation as? ImagePreprocessor else {
      throw refusal("pictures", "image")
    }
    return image
  }

  private func refusal(_ kind: String, _ sense: String) -> UsageError {
    UsageError(
      "--attack-at \(name.rawValue) is for \(kind)",
      hint: "leave it out, or audit the \(sense) modality: --data \(sense)=PATH",
      option: "attack-at")
  }
}
