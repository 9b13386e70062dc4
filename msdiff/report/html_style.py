"""The style of an HTML report: light and dark, narrow and wide, screen and paper. No font or image from elsewhere."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #1d2330; --quiet: #586174; --line: #d9dde5; --code: #eef0f4;
  --breaking: #b3261e; --risky: #9a4b00; --unverified: #6a3ab2; --safe: #1b6e3c; --fix: #e9f4ec; --link: #0b57d0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171d; --card: #1c2028; --ink: #e6e9ef; --quiet: #a3acbd; --line: #343b48; --code: #282e39;
    --breaking: #ff8a80; --risky: #ffb26b; --unverified: #c9a5ff; --safe: #7fd69b; --fix: #1d2f25; --link: #8ab4f8;
  }
  figure svg { filter: invert(.9) hue-rotate(180deg); }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 66rem; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1, h2, h3, h4 { line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1.05rem; }
h4 { font-size: 1rem; font-weight: 600; }
p, ul, ol { margin: .4rem 0; }
p, li { overflow-wrap: anywhere; }
ul, ol { padding-left: 1.4rem; }
a { color: var(--link); }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code {
  background: var(--code); border-radius: 4px; padding: .1em .35em;
  unicode-bidi: isolate; overflow-wrap: anywhere;
}
pre {
  background: var(--code); border-radius: 6px; padding: .75rem 1rem; margin: .5rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.place { background: none; color: var(--quiet); padding: 0; }
.old { text-decoration: line-through; text-decoration-color: var(--breaking); }
.quiet { color: var(--quiet); font-size: .9rem; font-weight: 400; }
.badge {
  display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 .6em; font-size: .8rem;
  font-weight: 600; vertical-align: .08em; white-space: nowrap;
}
h1 .badge { font-size: 1.1rem; text-transform: uppercase; letter-spacing: .04em; }
.breaking { color: var(--breaking); } .risky { color: var(--risky); } .unverified { color: var(--unverified); }
.safe, .unchanged { color: var(--safe); }
article, .consumer, section > details {
  background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.25rem; margin: .75rem 0;
}
article { border-left: 5px solid var(--line); }
article.card-breaking { border-left-color: var(--breaking); }
article.card-risky { border-left-color: var(--risky); }
article.card-unverified { border-left-color: var(--unverified); }
article.card-safe { border-left-color: var(--safe); }
article .consumer {
  background: none; border-width: 1px 0 0; border-radius: 0; margin: .75rem 0 0; padding: .75rem 0 0;
}
.finding { margin: .5rem 0 0; }
.fix { background: var(--fix); border-radius: 6px; padding: .4rem .75rem; margin: .4rem 0; }
.wide { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); }
td, th, td code, th code { overflow-wrap: break-word; }
th { font-weight: 600; }
thead th { color: var(--quiet); font-weight: 500; font-size: .85rem; white-space: nowrap; }
figure {
  margin: .75rem 0; padding: .5rem; overflow-x: auto;
  background: var(--card); border: 1px solid var(--line); border-radius: 8px;
}
figure svg { display: block; }
figure svg > rect { fill: none; }
figcaption { color: var(--quiet); font-size: .9rem; padding: .25rem .5rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
details[open] > summary { margin-bottom: .5rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem; }
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --card: #fff; --ink: #000; --quiet: #444; --line: #bbb; --code: #f2f2f2;
    --breaking: #b3261e; --risky: #8a4300; --unverified: #5a2ca0; --safe: #155c31; --fix: #f2f2f2; --link: #000;
  }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  figure svg { filter: none; max-width: 100%; height: auto; }
  h2, h3, h4, summary { break-after: avoid; }
  .wide, figure { overflow: visible; }
  table { font-size: .85rem; }
  td code, th code { overflow-wrap: anywhere; }
  .finding, .fix, tr, figure { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
"""
