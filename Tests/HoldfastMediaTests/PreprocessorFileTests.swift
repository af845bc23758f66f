import Foundation
import HoldfastMedia
import Testing

@Suite("Preprocessing files")
struct PreprocessorFileTests {
  private func read(_ json: String) throws(MediaError) -> ImagePreprocessor {
    try ImagePreprocessor(json: Array(json.utf8), file: "preprocessor_config.json")
  }

  @Test("Absent keys mean CLIP's defaults, unknown ones are ignored")
  func defaults() throws {
    let preprocessor = try read(#"{"processor_class": "CLIPProcessor", "do_convert_rgb": false}"#)
    #expect(preprocessor.resize == .shortSide(224))
    #expect(preprocessor.filter == .bicubic)
    #expect(
      preprocessor.crop == CenterCrop(size: ImageSize(width: 224, height: 224), rounding: .down))
    #expect(preprocessor.mean == ImagePreprocessor.clipMean)
    #expect(preprocessor.std == ImagePreprocessor.clipStd)
    #expect(preprocessor.background == nil)
  }

  @Test("Every key is read")
  func everyKey() throws {
    let preprocessor = try read(
      """
      {"image_processor_type": "CLIPImageProcessor", "do_resize": true,
       "size": {"height": 30, "width": 40}, "resample": 1, "do_center_crop": true,
       "crop_size": {"height": 20, "width": 24}, "do_rescale": true, "rescale_factor": 0.003921569,
       "do_normalize": true, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.1, 0.2, 0.3]}
      """)
    #expect(preprocessor.resize == .squash(ImageSize(width: 40, height: 30)))
    #expect(preprocessor.filter == .lanczos)
    #expect(preprocessor.outputSize == ImageSize(width: 24, height: 20))
    #expect(preprocessor.mean == [0.5, 0.4, 0.3])
    #expect(preprocessor.std == [0.1, 0.2, 0.3])

    let bare = try read(
      #"{"do_resize": false, "do_center_crop": false, "do_normalize": false, "crop_size": null}"#)
    #expect(
      bare == ImagePreprocessor(resize: .none, mean: [0, 0, 0], std: [1, 1, 1], background: 255))
  }

  @Test("`processor_config.json` nests the same keys")
  func nested() throws {
    let nested = try read(
      #"{"image_processor": {"size": {"shortest_edge": 336}, "crop_size": 336}, "x": 1}"#)
    #expect(nested.resize == .shortSide(336))
    #expect(nested.outputSize == ImageSize(width: 336, height: 336))
  }

  @Test("`processor_config.json` of transformers 4 describes no image processor")
  func notNested() throws {
    func processor(_ json: String) throws -> ImagePreprocessor? {
      try ImagePreprocessor(processor: Array(json.utf8), file: "processor_config.json")
    }
    #expect(try processor(#"{"processor_class": "CLIPProcessor"}"#) == nil)
    let nested = try processor(#"{"image_processor": {"crop_size": 30}}"#)
    #expect(nested?.outputSize == ImageSize(width: 30, height: 30))
    #expect(throws: MediaError.self) { try processor(#"{"image_processor": {"crop_size": 0}}"#) }
  }

  @Test("transformers lays transparency on white, open_clip drops it")
  func background() throws {
    #expect(try read("{}").background == 255)
    #expect(try read(#"{"preprocess_cfg": {}}"#).background == nil)
    let old = #"{"resize": {"none": {}}, "filter": "bicubic", "mean": [], "std": []}"#
    let record = try JSONDecoder().decode(ImagePreprocessor.self, from: Data(old.utf8))
    #expect(record.background == nil, "a record without the key")
  }

  @Test(
    "What cannot be done is refused, and said",
    arguments: [
      (#"{"do_rescale": false}"#, "1/255"),
      (#"{"rescale_factor": 0.00784313725}"#, "1/255"),
      (#"{"image_processor_type": "SiglipImageProcessor"}"#, "SiglipImageProcessor"),
      (#"{"do_pad": true}"#, "do_pad"),
      (#"{"resample": 6}"#, "resample"),
      (#"{"size": {"shortest_edge": 224, "longest_edge": 448}}"#, "size"),
      (#"{"size": {"height": 224}}"#, "size"),
      (#"{"size": 0}"#, "between 1 and 16384"),
      (#"{"size": 99999999999}"#, "between 1 and 16384"),
      (#"{"size": "large"}"#, "size"),
      (#"{"crop_size": {"shortest_edge": 224}}"#, "crop_size"),
      (#"{"crop_size": -3}"#, "crop_size"),
      (#"{"image_mean": [0.5]}"#, "image_mean"),
      (#"{"image_std": [0.5, 0, 0.5]}"#, "image_std"),
      (#"{"do_resize": "yes"}"#, "do_resize"),
      (#"{"preprocess_cfg": {"mode": "L"}}"#, "mode"),
      (#"{"preprocess_cfg": {"interpolation": "area"}}"#, "interpolation"),
      (#"{"preprocess_cfg": {"resize_mode": "stretch"}}"#, "resize_mode"),
      (#"{"preprocess_cfg": {"fill_color": 256}}"#, "fill_color"),
      (#"{"preprocess_cfg": {"size": [224, "a"]}}"#, "size"),
      ("[1, 2]", "not a JSON object"),
      (#"{"size": 224"#, "not"),
      ("", "not"),
    ])
  func refused(json: String, mentions word: String) throws {
    let error = try #require(throws: MediaError.self, "\(json)") { try read(json) }
    #expect(error.what.contains(word), "\(error)")
    #expect(error.file == "preprocessor_config.json")
  }
}
