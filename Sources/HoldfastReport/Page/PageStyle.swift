/// The style sheet of a page: light and dark, wide and narrow, on a screen and on paper.
enum PageStyle {
  static let text = """
    :root{color-scheme:light dark;--paper:#fcfbf8;--sheet:#fff;--ink:#1c2321;--soft:#5d6662;\
    --line:#e2e0d8;--faint:#f1efe8;--accent:#12695a;--alarm:#a33a20;--alarm-paper:#fbeee9;\
    --b0:#dce9e2;--b1:#9fcbb9;--b2:#5fa690;--b3:#2b7f6b;--b4:#0d5648;\
    --c1:#b3541e;--c2:#4d6fae;--c3:#8a5a9e;--c4:#8a7a1f;--c5:#2f7f9a;--c6:#a8456b;--c7:#5e6b73}
    @media screen and (prefers-color-scheme:dark){:root{--paper:#131816;--sheet:#191f1d;--ink:#e5e8e4;\
    --soft:#9aa6a0;--line:#2c3532;--faint:#202826;--accent:#6fcbb3;--alarm:#f0997f;\
    --alarm-paper:#33201a;--b0:#26413a;--b1:#2f6355;--b2:#3f8a76;--b3:#62b29b;--b4:#a6e3d0;\
    --c1:#e89a66;--c2:#8fb0ea;--c3:#c79bdc;--c4:#d2c162;--c5:#78bfd8;--c6:#e58fae;--c7:#a5b0b6}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);\
    font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    main,footer{max-width:66rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem)}
    main{padding-top:clamp(1.5rem,5vw,4rem)}
    article+article,section+article{border-top:1px solid var(--line);margin-top:5rem;padding-top:4rem}
    h1,h2,h3,p,dl,ul,ol,figure{margin:0}
    h1{font:600 clamp(1.7rem,4.5vw,2.5rem)/1.2 ui-serif,Georgia,"Times New Roman",serif;\
    letter-spacing:-.01em;overflow-wrap:anywhere}
    h1 .on{font-weight:400;color:var(--soft)}
    h2{font:600 1.3rem/1.3 ui-serif,Georgia,"Times New Roman",serif;margin-bottom:1rem}
    h3{font-size:.8rem;font-weight:600;color:var(--soft);margin-bottom:.4rem}
    main section{margin-top:3.5rem}
    .mark{font-size:.85rem;color:var(--accent);font-weight:600;margin-bottom:.6rem}
    .heading,.say{color:var(--soft);max-width:46rem;overflow-wrap:anywhere}
    .heading{margin-top:.7rem}
    .say{margin-bottom:1rem}
    .lead{font-size:1.15rem;max-width:46rem;margin-bottom:1.6rem;overflow-wrap:anywhere}
    .doubt,.caution{border-left:3px solid var(--alarm);background:var(--alarm-paper);\
    padding:.6rem 1rem;margin-top:1.2rem;max-width:46rem;overflow-wrap:anywhere}
    .caution{margin:0 0 1rem}
    .banner{border-left-width:6px;font-weight:600}
    nav ol{padding-left:1.3rem;margin-top:1rem}
    a{color:var(--accent);text-underline-offset:.15em}
    main section.headline{margin-top:2rem}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:1rem 1.5rem}
    .figures div{border-top:2px solid var(--accent);padding-top:.5rem}
    .figures .clean{border-color:var(--line)}
    .figures dt{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
    .figures dd{margin:0;font-size:1.9rem;line-height:1.2;font-variant-numeric:tabular-nums;\
    letter-spacing:-.01em}
    .figures small{display:block;font-size:.85rem;letter-spacing:0;margin-top:.2rem}
    small{color:var(--soft)}
    .untested{background:var(--faint);border-radius:.5rem;padding:1.2rem 1.4rem;margin-top:2.2rem}
    .untested h2{font-size:1.05rem;margin-bottom:.4rem}
    .untested ul{padding-left:1.2rem;max-width:50rem;overflow-wrap:anywhere}
    .untested li{margin:.2rem 0}
    .keys{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;list-style:none;padding:0;\
    margin-bottom:.8rem;font-size:.9rem}
    .keys li{display:flex;align-items:center;gap:.45rem;min-width:0;overflow-wrap:anywhere}
    .keys svg{flex:none}
    figure{min-width:0}
    .plot{display:block;width:100%;height:auto;overflow:visible}
    .plot.narrow{display:none}
    .plot text{fill:var(--soft);font-size:12.5px;font-variant-numeric:tabular-nums}
    .plot .row{text-anchor:end;dominant-baseline:middle}
    .plot .column{text-anchor:middle}
    .axis{text-align:center;font-size:.82rem;color:var(--soft);overflow-wrap:anywhere}
    .plot .grid,.plot .tick{stroke:var(--line);fill:none}
    .groups{display:grid;gap:2.5rem 2.5rem}
    .group{min-width:0}
    .multiples{grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr))}
    .multiples .plot.wide{display:none}
    .multiples .plot.narrow{display:block}
    .line{fill:none;stroke:var(--c);stroke-width:1.8;stroke-linejoin:round}
    .span{stroke:var(--c);stroke-width:1.2;opacity:.55}
    circle{fill:var(--sheet);stroke:var(--c);stroke-width:1.8}
    .strong .line{stroke-width:3}
    .strong circle{fill:var(--c)}
    .band{fill:var(--c);opacity:.13}
    .c0{--c:var(--accent)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}\
    .c4{--c:var(--c4)}.c5{--c:var(--c5)}.c6{--c:var(--c6)}.c7{--c:var(--c7)}
    .c2 .line{stroke-dasharray:7 4}.c3 .line{stroke-dasharray:2 4}.c4 .line{stroke-dasharray:9 3 2 3}\
    .c5 .line{stroke-dasharray:4 3}.c6 .line{stroke-dasharray:12 4}.c7 .line{stroke-dasharray:1 3}
    .remarks{margin-top:1rem;padding-left:1.2rem;max-width:50rem;color:var(--soft);\
    font-size:.9rem;overflow-wrap:anywhere}
    .remarks:empty{display:none}
    .scroll{overflow-x:auto;margin-top:1rem}
    .scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
    th,td{padding:.5rem .9rem .5rem 0;border-bottom:1px solid var(--line);text-align:left;\
    vertical-align:baseline;font-weight:400}
    th:last-child,td:last-child{padding-right:.2rem}
    thead th{color:var(--soft);font-size:.82rem;white-space:nowrap;border-bottom-color:var(--soft)}
    .n{text-align:right;white-space:nowrap}
    td.n small{display:block;line-height:1.25}
    thead th.n{white-space:normal;vertical-align:bottom}
    th.t,td.t{max-width:22rem;overflow-wrap:anywhere;min-width:7rem}
    tr.strong>*{font-weight:650;border-bottom:0;border-top:1px solid var(--soft)}
    tr.strong small{font-weight:400}
    .classes .bar{width:42%;min-width:7rem}
    .classes td.bar svg{display:block;width:100%;height:.8rem}
    .classes td,.classes th{vertical-align:middle}
    .back{fill:var(--faint)}
    .b0{fill:var(--b0)}.b1{fill:var(--b1)}.b2{fill:var(--b2)}.b3{fill:var(--b3)}.b4{fill:var(--b4)}
    .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(27rem,100%),1fr));\
    gap:2.5rem 2rem}
    .look.wide{grid-column:1/-1}
    .panels{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:.7rem;margin-bottom:.8rem}
    .wide .panels{grid-template-columns:repeat(auto-fit,minmax(min(18rem,100%),1fr))}
    .panels img{display:block;width:100%;height:auto;border-radius:.25rem;background:var(--faint)}
    .panels img+img{margin-top:.3rem}
    .crisp{image-rendering:pixelated}
    audio{display:block;width:100%;height:2.4rem;margin-top:.4rem}
    .note,.id{font-size:.8rem;color:var(--soft);overflow-wrap:anywhere}
    .note{margin-top:.3rem;line-height:1.4}
    figcaption{font-size:.9rem;overflow-wrap:anywhere}
    .turn{font-size:1.05rem;font-weight:600}
    .turn span{font-weight:400;color:var(--soft)}
    .cosines{margin:.4rem 0;width:auto;min-width:15rem;font-size:.85rem}
    .cosines th,.cosines td{padding-top:.2rem;padding-bottom:.2rem}
    pre{background:var(--faint);border-radius:.5rem;padding:.9rem 1.1rem;margin:0 0 .8rem;\
    white-space:pre-wrap;overflow-wrap:anywhere;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,\
    Consolas,monospace}
    details{border-top:1px solid var(--line);padding:.7rem 0}
    summary{cursor:pointer;color:var(--accent)}
    .facts div{display:grid;grid-template-columns:minmax(0,14rem) minmax(0,1fr);gap:0 1.5rem;\
    padding:.3rem 0;font-size:.88rem}
    .facts dt{color:var(--soft);overflow-wrap:anywhere}
    .facts dd{margin:0;overflow-wrap:anywhere}
    .checks{list-style:none;padding:0}
    .checks li{display:grid;grid-template-columns:2rem minmax(0,1fr) auto;gap:0 1rem;\
    padding:.9rem 0;border-bottom:1px solid var(--line);font-size:.92rem;overflow-wrap:anywhere}
    .letter{font:600 1.1rem/1.4 ui-serif,Georgia,serif;color:var(--soft)}
    .question{font-weight:600}
    .verdict{color:var(--soft);white-space:nowrap}
    .pass .verdict{color:var(--accent)}
    .fail .verdict,.fail .letter{color:var(--alarm);font-weight:700}
    footer{overflow-wrap:anywhere;color:var(--soft);font-size:.85rem;padding-top:2rem;padding-bottom:4rem;margin-top:4rem}
    @media (max-width:40rem){.checks li{grid-template-columns:1.4rem minmax(0,1fr)}\
    .checks .verdict{grid-column:2;grid-row:1}\
    .checks div{grid-column:2;grid-row:2}.plot.wide{display:none}.plot.narrow{display:block}\
    .facts div{grid-template-columns:minmax(0,1fr)}.figures{grid-template-columns:1fr 1fr}\
    .figures dd{font-size:1.6rem}main section{margin-top:2.6rem}}
    @media print{:root{color-scheme:light;--paper:#fff;--sheet:#fff;--ink:#000;--soft:#444;\
    --line:#bbb;--faint:#f2f2f2;--accent:#12695a}
    body{font-size:10pt}main,footer{max-width:none;padding-left:0;padding-right:0}\
    main{padding-top:0}.scroll{overflow:visible}audio{display:none}\
    .single .plot.wide,article .plot.wide{display:block}\
    .single .plot.narrow,article .plot.narrow{display:none}.plot{max-width:16cm}\
    figure,tr,.untested,.figures div{break-inside:avoid}h2{break-after:avoid}\
    article+article{break-before:page}.untested,pre,.back,rect{print-color-adjust:exact;\
    -webkit-print-color-adjust:exact}}
    """
}
