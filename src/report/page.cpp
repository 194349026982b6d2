#include "report/page.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "report/gnuplot.hpp"
#include "report/plot.hpp"
#include "report/tables.hpp"

namespace jetrain {
namespace {

/// One column on a phone, two where there is room; in print, figures and tables stay whole.
constexpr const char* kStyle = R"(
*{box-sizing:border-box}
body{font:16px/1.45 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;color:#1a1a1a;background:#fff;
max-width:1120px;margin:0 auto;padding:12px}
h1{font-size:1.6em;margin:.4em 0;overflow-wrap:anywhere}
h2{font-size:1.25em;margin:1.6em 0 .5em;border-bottom:1px solid #bbb;break-after:avoid}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px 24px;align-items:start}
figure{margin:0;break-inside:avoid}
figure img{width:100%;max-width:640px;height:auto;display:block}
figcaption{font-size:.88em;color:#333;margin-top:4px;max-width:640px;overflow-wrap:anywhere}
.tables{display:flex;flex-wrap:wrap;gap:0 32px;align-items:flex-start}
.wide{overflow-x:auto;max-width:100%;margin:8px 0}
table{border-collapse:collapse;font-size:.92em;break-inside:avoid}
caption{text-align:left;font-size:.92em;color:#333;padding:4px 0}
th,td{padding:3px 10px 3px 0;text-align:right;border-bottom:1px solid #ddd;font-variant-numeric:tabular-nums;
vertical-align:top}
sub{line-height:0}
td{overflow-wrap:anywhere;min-width:4.5em}
td span{white-space:nowrap}
tbody th{overflow-wrap:anywhere;min-width:6.5em}
th{font-weight:600}
tbody th,tfoot th,thead th:first-child{text-align:left;font-weight:400}
thead th,tfoot tr{border-bottom:2px solid #888}
code,pre{font:.9em ui-monospace,Menlo,Consolas,monospace}
code{overflow-wrap:anywhere}
pre{background:#f4f4f4;padding:10px;overflow-x:auto}
.note{border-left:4px solid #d55e00;padding:2px 10px;overflow-wrap:anywhere}
@media print{@page{margin:14mm}body{max-width:none;padding:0;font-size:11px}
.tables,.figures,.wide{break-before:avoid}.tables{break-inside:avoid}
.figures{grid-template-columns:1fr 1fr;gap:8px 16px}.wide{overflow:visible}details{display:none}}
)";

std::string base64(const std::string& bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// A caption with its subscripts.
std::string caption_html(const std::string& caption) {
  std::string html = html_escaped(caption);
  for (const char* index : {"_B", "_S"}) {
    const std::string plain = std::string("ε") + index;
    for (std::size_t at = 0; (at = html.find(plain, at)) != std::string::npos;)
      html.replace(at, plain.size(), fmt::format("ε<sub>{}</sub>", index[1]));
  }
  return html;
}

/// As an image of its own, not as part of the page: the names inside two SVGs never meet.
std::string figure_html(const Figure& figure, PictureFormat format, const std::string& picture) {
  return fmt::format(
      "<figure id=\"{}\"><img alt=\"{}\" width=\"{}\" height=\"{}\" src=\"data:image/{};base64,{}\">\n"
      "<figcaption>{}</figcaption></figure>\n",
      figure.name, html_escaped(figure.caption), figure.width, figure.height,
      format == PictureFormat::svg ? "svg+xml" : "png", base64(picture), caption_html(figure.caption));
}

}  // namespace

std::vector<ReportSection> report_sections(const ReportedRuns& runs,
                                           const std::vector<ScoredTagger>& others) {
  const auto together = [](const std::string& tables) {
    return tables.empty() ? tables : "<div class=\"tables\">\n" + tables + "</div>\n";
  };
  const ClassNames names = class_names(runs);
  return {{"Results", missing_notes(runs) + results_table(runs), {}},
          {"Configuration", differences_table(runs) + config_texts(runs), {}},
          {"Training", "", curve_figures(runs)},
          {fmt::format("Telling {} from {}", names.signal, names.background),
           together(tagging_table(runs, others) + confusion_tables(runs)), tagging_figures(runs, others)},
          {"The jets, step by step", "", average_figures(runs)},
          {"Surest jets", "", gallery_figures(runs)},
          {"Network", together(network_tables(runs)), filter_figures(runs)},
          {"Time and memory", resources_table(runs), resource_figures(runs)}};
}

std::string report_page(const std::string& title, const std::vector<ReportSection>& sections) {
  std::vector<Drawing> drawings;
  for (const ReportSection& section : sections) {
    for (const Figure& figure : section.figures)
      drawings.push_back({figure, figure.raster ? PictureFormat::png : PictureFormat::svg});
  }
  const std::vector<std::string> pictures = draw(drawings);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>jetrain: {0}</title>\n<style>{1}</style></head>\n<body>\n<h1>jetrain: {0}</h1>\n<main>\n",
      html_escaped(title), kStyle);
  std::size_t next = 0;
  for (const ReportSection& section : sections) {
    if (section.html.empty() && section.figures.empty()) continue;
    html += fmt::format("<section>\n<h2>{}</h2>\n{}", section.title, section.html);
    if (!section.figures.empty()) html += "<div class=\"figures\">\n";
    for (const Figure& figure : section.figures) {
      html += figure_html(figure, drawings[next].format, pictures[next]);
      ++next;
    }
    html += section.figures.empty() ? "</section>\n" : "</div>\n</section>\n";
  }
  return html + "</main>\n</body></html>\n";
}

}  // namespace jetrain
