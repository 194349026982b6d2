#include "report/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace jetrain {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 400;
constexpr double kLeft = 70;
constexpr double kRight = 170;  // holds the legend
constexpr double kTop = 34;
constexpr double kBottom = 48;
/// Told apart also by the colour-blind (Okabe and Ito, 2008).
constexpr std::array kColors = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                "#E69F00", "#56B4E9", "#999999", "#000000"};

const char* color(std::size_t i) {
  return kColors[i % kColors.size()];
}

/// One axis: values to pixels, and where its ticks are.
class Scale {
 public:
  Scale(std::vector<double> values, bool logarithmic, double from, double to)
      : logarithmic_(logarithmic), from_(from), to_(to) {
    std::erase_if(values, [&](double v) { return !shows(v); });
    if (values.empty()) values = {1, 2};
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    low_ = logarithmic ? *low : std::min(0.0, *low);
    high_ = *high;
    if (logarithmic) {
      low_ = std::exp2(std::floor(std::log2(low_) + 1e-9));
      high_ = std::exp2(std::ceil(std::log2(high_) - 1e-9));
      if (low_ == high_) high_ *= 2;
    } else {
      if (high_ <= low_) high_ = low_ + 1;
      high_ += 0.05 * (high_ - low_);
    }
  }

  bool shows(double v) const { return std::isfinite(v) && (!logarithmic_ || v > 0); }
  double at(double v) const {
    const double share =
        logarithmic_ ? std::log(v / low_) / std::log(high_ / low_) : (v - low_) / (high_ - low_);
    return from_ + share * (to_ - from_);
  }
  std::vector<double> ticks() const {
    std::vector<double> ticks;
    if (logarithmic_) {
      const double steps = std::log2(high_ / low_);
      const double factor = std::exp2(std::ceil(steps / 11));
      for (double v = low_; v <= high_ * 1.001; v *= factor) ticks.push_back(v);
      return ticks;
    }
    const double rough = (high_ - low_) / 6;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    double step = power;
    for (const double nice : {1.0, 2.0, 5.0, 10.0}) {
      step = nice * power;
      if (step >= rough) break;
    }
    for (double v = std::ceil(low_ / step) * step; v <= high_; v += step)
      ticks.push_back(std::abs(v) < step * 1e-9 ? 0.0 : v);
    return ticks;
  }

 private:
  bool logarithmic_;
  double from_;
  double to_;
  double low_ = 0;
  double high_ = 1;
};

std::string tick_text(double v) {
  const double size = std::abs(v);
  if (size >= 1e6) return fmt::format("{:.4g}M", v / 1e6);
  if (size >= 1e4) return fmt::format("{:.4g}k", v / 1e3);
  return fmt::format("{:.4g}", v);
}

std::string text_at(double x, double y, const char* anchor, const std::string& text, const char* more = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, more,
                     html_escaped(text));
}

std::string frame(const PlotAxes& axes, const Scale& y) {
  const double right = kWidth - kRight;
  const double bottom = kHeight - kBottom;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
      kWidth, kHeight);
  svg += text_at((kLeft + right) / 2, 20, "middle", axes.title, " font-size=\"14\" font-weight=\"bold\"");
  svg += text_at((kLeft + right) / 2, kHeight - 10, "middle", axes.x);
  svg +=
      fmt::format("<text transform=\"translate(16 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                  (kTop + bottom) / 2, html_escaped(axes.y));
  for (const double tick : y.ticks()) {
    svg += fmt::format("<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>\n", kLeft,
                       right, y.at(tick));
    svg += text_at(kLeft - 6, y.at(tick) + 4, "end", tick_text(tick));
  }
  svg += fmt::format("<path d=\"M{0} {1}V{2}H{3}\" fill=\"none\" stroke=\"black\"/>\n", kLeft, kTop, bottom,
                     right);
  return svg;
}

std::string legend_line(std::size_t i, const std::string& name, bool dashed) {
  const double x = kWidth - kRight + 12;
  const double y = kTop + 10 + 18 * static_cast<double>(i);
  return fmt::format(
             "<line x1=\"{0}\" x2=\"{1}\" y1=\"{2}\" y2=\"{2}\" stroke=\"{3}\" stroke-width=\"{4}\"{5}/>\n",
             x, x + 18, y, color(i), dashed ? 1.5 : 3, dashed ? " stroke-dasharray=\"4 3\"" : "") +
         text_at(x + 24, y + 4, "start", name);
}

std::string line_of(const PlotSeries& s, const char* stroke, const Scale& x, const Scale& y) {
  std::string path;
  std::string marks;
  for (const PlotPoint& p : s.points) {
    if (!x.shows(p.x) || !y.shows(p.y)) continue;
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x.at(p.x), y.at(p.y));
    if (s.dashed) continue;
    marks += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"{}\"/>\n", x.at(p.x),
                         y.at(p.y), stroke);
    if (p.low < p.high && y.shows(p.low)) {
      marks +=
          fmt::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"{3}\"/>\n",
                      x.at(p.x), y.at(p.low), y.at(p.high), stroke);
    }
  }
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"{}/>\n", path, stroke,
                     s.dashed ? " stroke-dasharray=\"4 3\"" : "") +
         marks;
}

}  // namespace

std::string html_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string page_begin(const std::string& title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>jetrain: {0}</title>\n"
      "<style>body{{font-family:sans-serif;margin:2em;max-width:1340px}}"
      "pre{{background:#f4f4f4;padding:1em;overflow:auto}}svg{{margin:4px}}</style></head><body>\n<h1>{0}</"
      "h1>\n",
      html_escaped(title));
}

std::string line_plot(const PlotAxes& axes, const std::vector<PlotSeries>& series) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const PlotSeries& s : series) {
    for (const PlotPoint& p : s.points) {
      xs.push_back(p.x);
      ys.insert(ys.end(), {p.y, p.low < p.high ? p.low : p.y, p.low < p.high ? p.high : p.y});
    }
  }
  const Scale x(xs, axes.log_x, kLeft, kWidth - kRight);
  const Scale y(ys, axes.log_y, kHeight - kBottom, kTop);
  std::string svg = frame(axes, y);
  for (const double tick : x.ticks())
    svg += text_at(x.at(tick), kHeight - kBottom + 18, "middle", tick_text(tick));
  for (std::size_t i = 0; i < series.size(); ++i) {
    svg += line_of(series[i], color(i), x, y);
    svg += legend_line(i, series[i].name, series[i].dashed);
  }
  return svg + "</svg>\n";
}

std::string stacked_bars(const PlotAxes& axes, const std::vector<std::string>& bars,
                         const std::vector<PlotSeries>& parts) {
  std::vector<double> heights(bars.size(), 0);
  for (const PlotSeries& part : parts) {
    for (std::size_t b = 0; b < bars.size(); ++b) heights[b] += part.points[b].y;
  }
  const Scale y(heights, false, kHeight - kBottom, kTop);
  std::string svg = frame(axes, y);
  const double step = (kWidth - kRight - kLeft) / static_cast<double>(std::max<std::size_t>(1, bars.size()));
  std::vector<double> base(bars.size(), 0);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t b = 0; b < bars.size(); ++b) {
      const double height = parts[i].points[b].y;
      svg += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n",
                         kLeft + (static_cast<double>(b) + 0.15) * step, y.at(base[b] + height), 0.7 * step,
                         y.at(base[b]) - y.at(base[b] + height), color(i));
      base[b] += height;
    }
    svg += legend_line(i, parts[i].name, false);
  }
  for (std::size_t b = 0; b < bars.size(); ++b)
    svg += text_at(kLeft + (static_cast<double>(b) + 0.5) * step, kHeight - kBottom + 18, "middle", bars[b]);
  return svg + "</svg>\n";
}

}  // namespace jetrain
