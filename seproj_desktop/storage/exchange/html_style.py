"""The look of an exported page: one readable column, light and dark. A text, no code."""

STYLE = """
:root { color-scheme: light dark; --page: #f5f6f7; --sheet: #ffffff; --text: #1c1f23; --faint: #5f6670;
  --line: #d5d9de; --code: #eef0f3; --accent: #2f6fdb; }
@media (prefers-color-scheme: dark) { :root { --page: #17191c; --sheet: #202327; --text: #e3e6ea; --faint: #9aa2ad;
  --line: #3b4048; --code: #2b2f35; --accent: #6ea1ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); line-height: 1.6; overflow-wrap: anywhere;
  font: 16px/1.6 system-ui, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", sans-serif; }
main { max-width: 820px; margin: 0 auto; padding: 32px 24px 64px; }
header { margin-bottom: 32px; }
header p, time, .figures, .ending, summary { color: var(--faint); font-size: 14px; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 8px; }
article { margin: 0 0 16px; padding: 16px 24px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--sheet); isolation: isolate; contain: content; }
article.user { border-left: 4px solid var(--accent); }
article.system { background: none; border-style: dashed; }
article > h2 { display: flex; flex-wrap: wrap; gap: 0 16px; align-items: baseline; justify-content: space-between;
  margin: 0 0 8px; font-size: 16px; }
time { font-weight: normal; }
.text > :first-child { margin-top: 0; }
.text > :last-child { margin-bottom: 0; }
.text h1, .text h2, .text h3, .text h4, .text h5, .text h6 { font-size: 18px; line-height: 1.35; margin: 24px 0 8px; }
.text h1 { font-size: 22px; }
.text h2 { font-size: 20px; }
a { color: var(--accent); }
pre, code { font: 14px/1.5 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
code { background: var(--code); border-radius: 4px; padding: 1px 4px; }
pre { background: var(--code); border-radius: 6px; padding: 12px 16px; overflow-x: auto; overflow-wrap: normal; }
pre code { background: none; padding: 0; }
pre.plain { white-space: pre-wrap; overflow-wrap: anywhere; }
blockquote { margin: 16px 0; padding: 0 16px; border-left: 3px solid var(--line); color: var(--faint); }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: 4px 12px; text-align: start; overflow-wrap: break-word; }
th { background: var(--code); }
code.formula { background: none; padding: 0; white-space: pre-wrap; font-style: italic; }
hr { border: 0; border-top: 1px solid var(--line); margin: 24px 0; }
details { margin: 0 0 16px; padding-left: 16px; border-left: 3px solid var(--line); }
details .text { color: var(--faint); margin-top: 8px; }
summary { cursor: pointer; }
.picture { color: var(--faint); }
.figures, .ending { margin: 12px 0 0; }
@media print { body { background: none; } main { max-width: none; padding: 0; } article { break-inside: auto; } }
"""
