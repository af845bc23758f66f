import Foundation
import HoldfastReport
import HoldfastTestSupport
import Testing

@Suite(
  "Pages as a browser shows them", .serialized,
  .enabled(if: Chromium.program != nil, "there is no Chromium on the path"))
struct ChromiumTests {
  /// What can be wrong with a page that only a browser sees.
  private static let look = """
    (() => {
      const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      const out = [...document.querySelectorAll('body *')].filter(e => {
        const box = e.getBoundingClientRect();
        return box.right > innerWidth + 1 && box.width > 0 && !e.closest('.scroll');
      }).map(e => e.outerHTML.slice(0, 120));
      return {
        wide, out,
        broken: [...document.images].filter(i => !i.complete || i.naturalWidth === 0)
          .map(i => i.alt),
        images: document.images.length,
        scripts: document.scripts.length,
        handlers: [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())
          .filter(n => n.startsWith('on')).length,
        hidden: [...document.querySelectorAll('h1,h2,table,.plot,dl')]
          .filter(e => !e.closest('details') && !e.matches('.plot.wide,.plot.narrow')
            && e.getBoundingClientRect().height < 4).length,
        cramped: [...document.querySelectorAll('p,li,dd,dt,td,th,h1,h2,h3')].filter(e => {
          const text = document.createRange();
          text.selectNodeContents(e);
          const box = text.getBoundingClientRect();
          return e.textContent.length < 200 && box.width < 60 && box.height > 120;
        }).map(e => e.outerHTML.slice(0, 120)),
        plots: [...document.querySelectorAll('.plot')]
          .filter(e => e.getBoundingClientRect().height > 100).length,
        pale: [...document.querySelectorAll('h1,h2,p,td,th,dt,dd,li,summary')].filter(e => {
          const rgb = c => c.match(/[\\d.]+/g).map(Number);
          const light = c => rgb(c).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
          let back = e;
          while (back && rgb(getComputedStyle(back).backgroundColor)[3] === 0) {
            back = back.parentElement;
          }
          if (!back) return true;
          const a = light(getComputedStyle(e).color);
          const b = light(getComputedStyle(back).backgroundColor);
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
        }).map(e => e.outerHTML.slice(0, 120)),
      };
    })()
    """

  private struct Sight: Decodable {
    let wide: Double
    let out, broken, pale, cramped: [String]
    let images, scripts, handlers, hidden, plots: Int
  }

  /// Looks at a page at desktop and phone width, light and dark.
  private func see(_ runs: [RecordedRun], _ name: String, images: Int, plots: Int) throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("\(name).html")
      try HTMLReport(runs).html().write(to: file, atomically: true, encoding: .utf8)
      let browser = try Chromium()
      for (width, isDark) in [(1280, false), (1280, true), (390, false), (390, true)] {
        try browser.show(file, width: width, isDark: isDark)
        let answer = try browser.value(of: Self.look) ?? [:]
        let sight = try JSONDecoder().decode(
          Sight.self, from: JSONSerialization.data(withJSONObject: answer))
        let place = Comment("\(name) at \(width), \(isDark ? "dark" : "light")")
        #expect(browser.complaints.isEmpty, place)
        #expect(browser.requests.allSatisfy { $0.hasPrefix("data:") || $0 == file.absoluteString })
        #expect(sight.wide <= 0, place)
        #expect(sight.out.isEmpty, place)
        #expect(sight.broken.isEmpty, place)
        #expect(sight.images == images, place)
        #expect(sight.scripts == 0 && sight.handlers == 0, place)
        #expect(sight.hidden == 0, place)
        #expect(sight.plots == plots, place)
        #expect(sight.cramped.isEmpty, place)
        #expect(sight.pale.isEmpty, place)
        try keep(browser.screenshot(), "\(name)-\(width)-\(isDark ? "dark" : "light").png")
      }
      try keep(browser.printed(), "\(name).pdf")
    }
  }

  /// Keeps a picture where `HOLDFAST_SCREENSHOTS` names a folder, to be looked at.
  private func keep(_ data: Data, _ name: String) throws {
    #expect(data.count > 1000)
    guard let folder = ProcessInfo.processInfo.environment["HOLDFAST_SCREENSHOTS"] else { return }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  @Test("one run")
  func one() throws {
    try withTemporaryFolder { folder in
      var run = MadeUpRun()
      run.addGallery()
      run.addChecks()
      try run.write(to: folder)
      try see([RecordedRun(at: folder.path)], "one", images: 8, plots: 1)
    }
  }

  @Test("a run whose every text is hostile, or long")
  func hostile() throws {
    let long = String(repeating: "Donaudampfschifffahrtsgesellschaft", count: 8)
    for (number, text) in [MadeUpRun.hostile.joined(), long].enumerated() {
      try withTemporaryFolder { folder in
        var run = MadeUpRun(classes: MadeUpRun.hostile + [long], text: text)
        run.addGallery(text: text)
        run.addChecks(text: text)
        try run.write(to: folder)
        try see([RecordedRun(at: folder.path)], "hostile-\(number)", images: 8, plots: 1)
      }
    }
  }

  @Test("several runs of several modalities")
  func several() throws {
    try withTemporaryFolder { folder in
      let runs = [
        MadeUpRun(model: "/models/clip"), MadeUpRun(model: "/models/clip-hardened", firmness: 30),
        MadeUpRun(
          classes: (0..<40).map { "sound \($0)" }, samples: 400,
          radii: ["0.001", "0.01", "0.05", "0.1"], sense: "audio", unit: "normalised mel"),
      ]
      let recorded = try runs.enumerated().map { number, run in
        let place = folder.appendingPathComponent("\(number)")
        try run.write(to: place)
        return try RecordedRun(at: place.path)
      }
      // Two drawings that compare, and one of each run.
      try see(recorded, "several", images: 0, plots: 5)
    }
  }
}
