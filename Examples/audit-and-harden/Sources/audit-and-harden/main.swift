import Holdfast

struct Progress: RunObserver {
  func progress(_ line: String?) { if let line { print(line) } }
}

func audit(_ model: String, in folder: String, by engine: Engine) throws {
  var request = AuditRequest(model: model, data: ["image=scenes:evaluation"])
  request.attacks = ["apgd-ce:steps=20"]
  (request.limit, request.output) = (40, folder)
  for row in try engine.audit(request).outcomes[0].summary.worstCase {
    print("\(model) at \(row.radius): \(row.robust) of \(row.total) stand")
  }
}

let engine = Engine(observer: Progress())
let output = "hardened"
try audit("builtin", in: "runs/bare", by: engine)
try engine.harden(
  HardenRequest(model: "builtin", method: "r-adapt:alpha=0.1,beta=0.9,d0=60", output: output))
try audit(output, in: "runs/hardened", by: engine)
