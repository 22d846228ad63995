"""How the debug page looks, in light and in dark, on a phone and on a desk."""

from .page_colours import COLOURS

STYLE = (
    COLOURS
    + """
:root { --wash: #fdf0ee; --code: #faf9f7; --current: #fff1c9; --marked: #ffcf66; }
@media (prefers-color-scheme: dark) {
  :root { --wash: #2c2023; --code: #191b20; --current: #3b3420; --marked: #7a5c10; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1, h2, h3, p { margin: 0; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.35rem, 4vw, 1.9rem); line-height: 1.25; color: var(--accent); }
h2 { font-size: 1.15rem; line-height: 1.3; }
h3 { display: inline; font-size: .95rem; }
.asked { color: var(--soft); font-size: .9rem; margin-bottom: .35rem; overflow-wrap: anywhere; }
.message { font-size: 1.1rem; margin-top: .25rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.note { margin-top: .5rem; padding-left: .75rem; border-left: 3px solid var(--line); color: var(--soft);
  white-space: pre-wrap; overflow-wrap: anywhere; }
.note.lines { font: .8125rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.relation { color: var(--soft); font-size: .85rem; margin-bottom: .25rem; }
section { margin: 1.25rem 0; padding: 1rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: .6rem; min-width: 0; }
section.error > h2 { color: var(--accent); }
section section { margin: .75rem 0 0; border-left: 3px solid var(--accent); }
details { margin-top: .6rem; min-width: 0; }
summary { cursor: pointer; padding: .3rem .4rem; border-radius: .35rem; overflow-wrap: anywhere; }
summary:hover { background: var(--wash); }
summary:focus-visible, pre:focus-visible { outline: 2px solid var(--value); outline-offset: 1px; }
summary .function { font-weight: 600; }
summary .file, .library > summary { color: var(--soft); font-size: .875rem; }
summary .file { display: block; }
details details { margin-left: .75rem; }
pre { margin: .25rem 0 0; padding: .6rem 0; overflow-x: auto; background: var(--code); border: 1px solid var(--line);
  border-radius: .4rem; font: .8125rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; tab-size: 4; }
pre code { display: block; width: max-content; min-width: 100%; font: inherit; }
pre.text { padding: .6rem; }
.source i { display: inline-block; width: 4.5ch; margin-right: 1ch; text-align: right; font-style: normal;
  color: var(--soft); user-select: none; }
.source .current { display: block; background: var(--current); }
mark { background: var(--marked); color: inherit; border-radius: .15rem; }
dl { margin: .4rem 0 0; display: grid; grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr);
  gap: .15rem 1rem; font: .8125rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
dt { color: var(--soft); overflow-wrap: anywhere; max-width: 16rem; }
dd { margin: 0; color: var(--value); overflow-wrap: anywhere; white-space: pre-wrap; }
dl + p { margin-top: .15rem; color: var(--soft); font-size: .875rem; }
footer { padding-bottom: 2rem; color: var(--soft); font-size: .875rem; }
@media (max-width: 40rem) {
  header, main, footer { padding-left: .6rem; padding-right: .6rem; }
  section { padding: .75rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin: 0 0 .35rem .75rem; }
  details details { margin-left: .25rem; }
}
"""
)
