"""The report's style sheet: readable on screen and on paper, nothing fetched."""

CSS = """
:root { --ink: #1c2026; --soft: #626a76; --line: #d9dde3; --panel: #f6f7f9; --bad: #b3261e; --warn: #a35f00;
  --good: #00725a; --blue: #0072b2; }
* { box-sizing: border-box; }
body { font: 14px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink); margin: 0 auto;
  max-width: 1120px; padding: 24px 28px 60px; background: #fff; }
h1 { font-size: 26px; margin: 0 0 2px; }
h2 { font-size: 18px; margin: 36px 0 8px; padding-top: 10px; border-top: 2px solid var(--ink); }
h3 { font-size: 15px; margin: 0 0 4px; }
p { margin: 4px 0 10px; max-width: 76ch; }
.soft { color: var(--soft); }
code, pre { font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--panel);
  border: 1px solid var(--line); border-radius: 4px; }
code { padding: 1px 5px; overflow-wrap: anywhere; }
pre { padding: 8px 12px; overflow-x: auto; white-space: pre-wrap; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 10px; margin: 18px 0 10px; }
.tile { background: var(--panel); border: 1px solid var(--line); border-left: 5px solid var(--blue);
  border-radius: 6px; padding: 8px 12px; }
.tile b { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile.bad { border-left-color: var(--bad); } .tile.warn { border-left-color: #e69f00; }
.tile.good { border-left-color: var(--good); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin: 8px 0 14px; }
th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid var(--line); vertical-align: middle; }
th { color: var(--soft); font-weight: 600; font-size: 12.5px; }
td.n, th.n { text-align: right; }
td:first-child, td.bar { white-space: nowrap; }
.cross td, .cross th { text-align: center; font-size: 12.5px; padding: 4px 5px; }
.cross th:first-child { text-align: left; }
.cross td.own { outline: 2px solid var(--ink); outline-offset: -2px; font-weight: 600; }
.cross td.yes { background: #cfe6f5; } .cross td.some { background: #eaf4fb; }
.cross td.no { color: var(--soft); }
.cross td.unknown { background: repeating-linear-gradient(45deg, #fff 0 5px, #eceef1 5px 7px); color: var(--soft); }
.pill { display: inline-block; padding: 0 8px; border-radius: 9px; border: 1px solid; font-size: 12px;
  font-weight: 600; }
.pill.collision { color: var(--bad); } .pill.near { color: var(--warn); } .pill.conflict { color: var(--blue); }
.pill.none { color: var(--soft); }
.cards { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; }
.card { border: 1px solid var(--line); border-radius: 8px; overflow: hidden; break-inside: avoid; }
.card img { display: block; width: 100%; height: auto; }
.card > div { padding: 8px 12px 10px; }
.card ul { margin: 4px 0 6px; padding-left: 18px; font-size: 13px; }
.pictures { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; }
.pictures img { width: 100%; border-radius: 6px; display: block; }
svg { max-width: 100%; height: auto; } td svg { width: 160px; max-width: none; vertical-align: middle; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: 12.5px; margin-top: 3px; }
@media (max-width: 760px) { .cards, .pictures { grid-template-columns: 1fr; } }
@media print { body { max-width: none; padding: 0; font-size: 11px; } h2 { break-after: avoid; }
  .tile, .card, table { break-inside: avoid; } }
"""
