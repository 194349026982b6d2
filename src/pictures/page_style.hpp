#pragma once

/// \file
/// The looks of all pages: one column on a phone, two where there is room; in print, figures and tables stay
/// whole.

#include <fmt/format.h>

#include <string>

#include "pictures/palette.hpp"

namespace jetrain {

/// The palette's colours by their names, then what is drawn in them.
inline std::string page_style() {
  static constexpr const char* kStyle = R"(
*{box-sizing:border-box}
body{font:16px/1.45 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;color:var(--text);background:var(--paper);
max-width:1120px;margin:0 auto;padding:12px}
h1{font-size:1.6em;margin:.4em 0;overflow-wrap:anywhere}
h2{font-size:1.25em;margin:1.6em 0 .5em;border-bottom:1px solid var(--rule);break-after:avoid}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px 24px;align-items:start}
figure{margin:0;break-inside:avoid}
figure img{width:100%;max-width:640px;height:auto;display:block}
figcaption{font-size:.88em;color:var(--frame);margin-top:4px;max-width:640px;overflow-wrap:anywhere}
.tables{display:flex;flex-wrap:wrap;gap:0 32px;align-items:flex-start}
.wide{overflow-x:auto;max-width:100%;margin:8px 0}
table{border-collapse:collapse;font-size:.92em;break-inside:avoid}
caption{text-align:left;font-size:.92em;color:var(--frame);padding:4px 0}
th,td{padding:3px 10px 3px 0;text-align:right;border-bottom:1px solid var(--grid);font-variant-numeric:tabular-nums;
vertical-align:top}
sub{line-height:0}
td{overflow-wrap:anywhere;min-width:4.5em}
td span{white-space:nowrap}
tbody th{overflow-wrap:anywhere;min-width:6.5em}
th{font-weight:600}
tbody th,tfoot th,thead th:first-child{text-align:left;font-weight:400}
thead th,tfoot tr{border-bottom:2px solid var(--guide)}
code,pre{font:.9em ui-monospace,Menlo,Consolas,monospace}
code{overflow-wrap:anywhere}
pre{background:var(--shade);padding:10px;overflow-x:auto}
.note{border-left:4px solid var(--warning);padding:2px 10px;overflow-wrap:anywhere}
@media print{@page{margin:14mm}body{max-width:none;padding:0;font-size:11px}
.tables,.figures,.wide{break-before:avoid}.tables{break-inside:avoid}
.figures{grid-template-columns:1fr 1fr;gap:8px 16px}.wide{overflow:visible}details{display:none}}
)";
  return fmt::format(
             ":root{{--text:{};--frame:{};--guide:{};--rule:{};--grid:{};--shade:{};--paper:{};--warning:{}}"
             "}",
             ink::kText, ink::kFrame, ink::kGuide, ink::kRule, ink::kGrid, ink::kShade, ink::kPaper,
             ink::kWarning) +
         kStyle;
}

}  // namespace jetrain
