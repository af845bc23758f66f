import Mustache

/// The templates of a page.
///
/// None of them takes a value without escaping it: there is no `{{{`.
enum PageTemplates {
  /// A page as HTML.
  static func render(_ page: HTMLReport.Page) throws -> String {
    var library = MustacheLibrary()
    for (name, text) in all { try library.register(text, named: name) }
    return library.render(page, withTemplate: "page") ?? ""
  }

  /// The templates by name.
  static let all: [String: String] = [
    "page": page, "style": PageStyle.text, "comparison": comparison, "run": run, "plot": plot,
    "keys": keys, "table": table, "classes": classes, "class": classRow, "gallery": gallery,
    "checks": checks, "smallest": smallest,
  ]

  private static let page = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
    media-src data:; style-src 'unsafe-inline'">
    <meta name="generator" content="Holdfast {{version}}">
    <title>{{title}} · Holdfast</title>
    <style>{{> style}}</style>
    </head>
    <body>
    <main>
    {{#comparison}}<section>{{> comparison}}</section>{{/comparison}}
    {{#runs}}<article id="{{anchor}}">{{> run}}</article>{{/runs}}
    </main>
    <footer><p>Made by Holdfast {{version}} from the records of the run. Brackets hold Wilson 95 % \
    intervals. Each success was tested again in float32, by itself, before it was counted.</p></footer>
    </body>
    </html>

    """

  private static let comparison = """
    <header>
    <p class="mark">Holdfast · comparison</p>
    <h1>{{title}}</h1>
    <nav><ol>{{#links}}<li><a href="#{{anchor}}"><bdi>{{name}}</bdi></a></li>{{/links}}</ol></nav>
    </header>
    {{#unreliable}}<p class="doubt banner" role="alert">{{.}}</p>{{/unreliable}}
    <section><h2>Worst case against epsilon</h2>
    <div class="groups {{style}}">
    {{#groups}}<div class="group"><h3>{{name}}</h3>
    {{#caution}}<p class="caution">{{caution}}.</p>{{/caution}}
    {{#hasPlot}}<figure>{{> keys}}{{#plots}}{{> plot}}{{/plots}}<p class="axis">{{axis}}</p></figure>{{/hasPlot}}
    {{^hasPlot}}<p>Nothing was attacked.</p>{{/hasPlot}}</div>{{/groups}}
    </div></section>
    <section><h2>All runs</h2>{{#table}}{{> table}}{{/table}}</section>
    """

  private static let run = """
    <header>
    <p class="mark">Holdfast · audit</p>
    <h1><bdi>{{model}}</bdi> <span class="on">on <bdi>{{data}}</bdi></span></h1>
    <p class="heading">{{heading}}</p>
    </header>
    {{#banner}}<p class="doubt banner" role="alert">{{banner}}</p>{{/banner}}
    {{#doubts}}<p class="doubt">{{.}}.</p>{{/doubts}}
    <section class="headline">
    <p class="lead">{{sentence}}</p>
    <dl class="figures">{{#figures}}<div class="{{style}}"><dt>{{label}}</dt><dd>{{value}} \
    <small>{{interval}}</small></dd></div>{{/figures}}</dl>
    <div class="untested"><h2>Not tested</h2><ul>{{#untested}}<li>{{.}}</li>{{/untested}}</ul></div>
    </section>
    <section><h2>{{measure}} against epsilon</h2>
    {{#hasPlot}}<figure>{{> keys}}{{#plots}}{{> plot}}{{/plots}}<p class="axis">{{axis}}</p></figure>{{/hasPlot}}
    {{^hasPlot}}<p>Nothing was attacked.</p>{{/hasPlot}}
    {{#protocols}}{{> table}}{{/protocols}}
    <ul class="remarks">{{#remarks}}<li>{{.}}</li>{{/remarks}}</ul></section>
    {{#checks}}<section><h2>Can the attacks be believed?</h2>{{> checks}}</section>{{/checks}}
    {{#attacks}}<section><h2>Attacks and their cost</h2>
    <p class="say">A sample is counted for the attack whose example went furthest. Samples that are \
    wrong when clean are not attacked; passes are per sample of the whole run. {{epsilon}}</p>
    {{> table}}</section>{{/attacks}}
    {{#smallest}}<section><h2>How small a perturbation is enough</h2>{{> smallest}}</section>{{/smallest}}
    {{#classes}}<section><h2>Class by class</h2>
    <p class="say">Weakest first. The lightest bar is what is right when clean; each darker one, \
    what is left of it at a larger radius. {{epsilon}}</p>
    {{> classes}}</section>{{/classes}}
    {{#gallery}}<section><h2>Looked at</h2>{{> gallery}}</section>{{/gallery}}
    <section><h2>To run it again</h2>
    {{#commands}}<pre>{{.}}</pre>{{/commands}}
    <details><summary>Parameters of every attack</summary>{{#parameters}}{{> table}}{{/parameters}}\
    </details>
    <details><summary>Versions, checksums, devices</summary><dl class="facts">
    {{#facts}}<div><dt><bdi>{{name}}</bdi></dt><dd><bdi>{{value}}</bdi></dd></div>{{/facts}}
    </dl></details></section>
    """

  private static let keys = """
    <ul class="keys">{{#keys}}<li><svg class="{{style}}" viewBox="0 0 28 10" width="28" height="10" \
    aria-hidden="true"><path class="line" d="M1 5H27"/><circle cx="14" cy="5" r="3"/></svg>\
    <bdi>{{name}}</bdi></li>{{/keys}}</ul>
    """

  private static let plot = """
    <svg class="plot {{kind}}" viewBox="0 0 {{width}} {{height}}" role="img" aria-label="{{label}}">
    {{#rows}}<path class="grid" d="M{{left}} {{y}}H{{right}}"/><text x="{{x}}" y="{{y}}" \
    class="row">{{label}}</text>{{/rows}}
    {{#columns}}<path class="tick" d="M{{x}} {{bottom}}v5"/><text x="{{x}}" y="{{y}}" \
    class="column">{{label}}</text>{{/columns}}
    {{#lines}}<g class="{{style}}">{{#band}}<path class="band" d="{{band}}"/>{{/band}}\
    {{#marks}}<path class="span" d="M{{x}} {{low}}V{{high}}"/>{{/marks}}\
    <path class="line" d="{{path}}"/>\
    {{#marks}}<circle cx="{{x}}" cy="{{y}}" r="3.4"><title>{{label}}</title></circle>{{/marks}}\
    </g>{{/lines}}
    </svg>
    """

  private static let table = """
    <div class="scroll" role="region" aria-label="{{label}}" tabindex="0"><table>
    <thead><tr>{{#columns}}<th scope="col" class="{{style}}">{{name}}</th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}<tr class="{{style}}">{{#cells}}{{#isName}}<th scope="row" class="{{style}}">\
    <bdi>{{text}}</bdi></th>{{/isName}}{{^isName}}<td class="{{style}}"><bdi>{{text}}</bdi>\
    {{#small}} <small>{{small}}</small>{{/small}}</td>{{/isName}}{{/cells}}</tr>
    {{/rows}}
    </tbody></table></div>
    """

  private static let classes = """
    <ul class="keys">{{#keys}}<li><svg viewBox="0 0 14 10" width="14" height="10" \
    aria-hidden="true"><rect width="14" height="10" class="{{style}}"/></svg>{{name}}</li>{{/keys}}</ul>
    <div class="scroll" role="region" aria-label="Accuracy of each class" tabindex="0">
    <table class="classes"><thead><tr><th scope="col" class="t">class</th>\
    <th scope="col" class="bar">share right</th><th scope="col" class="n">samples</th>\
    {{#columns}}<th scope="col" class="n">{{.}}</th>{{/columns}}</tr></thead>
    <tbody>{{#rows}}{{> class}}{{/rows}}</tbody></table></div>
    {{#hasRest}}<details><summary>{{restCount}} more classes</summary>
    <div class="scroll" role="region" aria-label="Accuracy of the other classes" tabindex="0">
    <table class="classes"><thead><tr><th scope="col" class="t">class</th>\
    <th scope="col" class="bar">share right</th><th scope="col" class="n">samples</th>\
    {{#columns}}<th scope="col" class="n">{{.}}</th>{{/columns}}</tr></thead>
    <tbody>{{#rest}}{{> class}}{{/rest}}</tbody></table></div></details>{{/hasRest}}
    """

  private static let smallest = """
    <p class="say">{{note}} {{epsilon}}</p>
    <div class="scroll" role="region" aria-label="Smallest perturbations" tabindex="0">
    <table class="classes"><thead><tr><th scope="col" class="t">perturbation</th>\
    <th scope="col" class="bar">share of samples</th><th scope="col" class="n">samples</th></tr></thead>
    <tbody>{{#bars}}<tr><th scope="row" class="t"><bdi>{{name}}</bdi></th><td class="bar">\
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{{label}}">\
    <rect width="100" height="10" class="back"/><rect width="{{width}}" height="10" class="{{style}}"/>\
    </svg></td><td class="n">{{count}}</td></tr>{{/bars}}</tbody></table></div>
    <details><summary>Class by class, with quartiles</summary>{{#table}}{{> table}}{{/table}}</details>
    """

  private static let classRow = """
    <tr><th scope="row" class="t"><bdi>{{name}}</bdi></th><td class="bar">\
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{{label}}">\
    <rect width="100" height="10" class="back"/>\
    {{#bars}}<rect width="{{width}}" height="10" class="{{style}}"/>{{/bars}}</svg></td>\
    <td class="n">{{total}}</td>{{#counts}}<td class="n">{{.}}</td>{{/counts}}</tr>

    """

  private static let checks = """
    <ol class="checks">
    {{#lines}}<li class="{{style}}"><p class="letter">{{letter}}</p><div><p class="question">\
    {{question}}</p>{{#reason}}<p>{{reason}}</p>{{/reason}}\
    {{#figures}}<p>{{.}}</p>{{/figures}}{{#test}}<p class="note">{{test}}</p>{{/test}}\
    <p class="note">{{meaning}}</p></div><p class="verdict">{{verdict}}</p></li>
    {{/lines}}
    </ol>
    """

  private static let gallery = """
    <p class="say">Chosen by rule: {{rule}}. {{stands}} {{epsilon}}</p>
    <div class="gallery">
    {{#entries}}<figure class="look {{style}}">
    <div class="panels">
    {{#panels}}<div><h3>{{name}}</h3>{{#pictures}}<img class="{{style}}" alt="{{alternative}}" \
    width="{{width}}" height="{{height}}" src="{{source}}">{{/pictures}}\
    {{#sound}}<audio controls preload="metadata" src="{{sound}}"></audio>{{/sound}}\
    {{#note}}<p class="note">{{note}}</p>{{/note}}</div>
    {{/panels}}
    </div>
    <figcaption>
    {{#isFooled}}<p class="turn"><bdi>{{before}}</bdi> <span>becomes</span> <bdi>{{after}}</bdi></p>
    <p>{{found}}; moved by {{distance}}; the cosine between the embeddings before and after is \
    {{drift}}</p>
    <table class="cosines"><thead><tr><th scope="col" class="t">cosine to</th>\
    <th scope="col" class="n">before</th><th scope="col" class="n">after</th></tr></thead>
    <tbody>{{#cosines}}<tr><th scope="row" class="t"><bdi>{{name}}</bdi></th>\
    <td class="n">{{before}}</td><td class="n">{{after}}</td></tr>{{/cosines}}</tbody></table>{{/isFooled}}
    {{^isFooled}}<p class="turn"><bdi>{{before}}</bdi> <span>stands</span></p>
    <p>Nothing that was run fooled the model at any radius.</p>{{/isFooled}}
    <p class="id"><bdi>{{id}}</bdi></p>
    </figcaption>
    </figure>
    {{/entries}}
    </div>
    """
}
