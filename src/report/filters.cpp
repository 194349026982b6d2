#include <algorithm>
#include <cmath>

#include "report/figures.hpp"
#include "report/jet_images.hpp"
#include "telemetry/first_filters.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kMostFilters = 16;
constexpr std::int64_t kColumns = 4;

/// The filters' taps on the first channel of the input.
std::vector<ImagePanel> filter_panels(const Model& model, const ParameterView& view) {
  const std::int64_t rows = view.spec.shape[0];
  const std::int64_t columns = view.spec.shape[1];
  const std::int64_t inputs = view.spec.shape[2];
  const std::int64_t filters = view.spec.shape[3];
  const float* kernel = model.parameters().data() + view.offset;
  std::vector<ImagePanel> panels;
  for (std::int64_t f = 0; f < std::min(filters, kMostFilters); ++f) {
    ImagePanel panel{fmt::format("{}", f + 1), {}, rows, columns};
    for (std::int64_t tap = 0; tap < rows * columns; ++tap)
      panel.pixels.push_back(static_cast<double>(kernel[tap * inputs * filters + f]));
    panels.push_back(std::move(panel));
  }
  return panels;
}

std::string filters_script(const std::vector<ImagePanel>& panels) {
  double most = 1e-30;
  std::string script;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    for (const double tap : panels[i].pixels) most = std::max(most, std::fabs(tap));
    script += image_block(fmt::format("panel{}", i), panels[i], 0, -INFINITY);
  }
  const std::int64_t lines = (std::ssize(panels) + kColumns - 1) / kColumns;
  script += gnuplot::signed_palette();
  script += fmt::format(
      "unset grid\nset border 15\nset size ratio {:.3f}\nunset key\nunset tics\nset cbtics\nset autoscale "
      "xfix\n"
      "set autoscale yfix\nset cbrange [-{:.3g}:{:.3g}]\nunset colorbox\n"
      "set multiplot layout {},{} margins 0.02,0.84,0.03,{:.3f} spacing 0.03,{:.3f}\n",
      static_cast<double>(panels[0].columns) / static_cast<double>(panels[0].rows), most, most, lines,
      kColumns, 1 - 0.16 / static_cast<double>(lines), 0.17 / static_cast<double>(lines));
  for (std::size_t i = 0; i < panels.size(); ++i) {
    if (i + 1 == panels.size()) script += "set colorbox user origin 0.86,0.06 size 0.03,0.85\n";
    script += fmt::format("set title '{}' offset 0,-0.7\nplot $panel{} using 1:2:3 with @IMAGE\n",
                          panels[i].title, i);
  }
  return script;
}

}  // namespace

std::vector<Figure> filter_figures(const ReportedRuns& runs) {
  std::vector<Figure> figures;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    if (!runs[r].scores.model) continue;
    const Model& model = runs[r].scores.model->model;
    const ParameterView* view = first_filters(model);
    if (view == nullptr) continue;
    const std::vector<ImagePanel> panels = filter_panels(model, *view);
    const int lines = static_cast<int>((std::ssize(panels) + kColumns - 1) / kColumns);
    figures.push_back(
        {"filters" + name_suffix(runs, r),
         fmt::format(
             "Filters of the first layer, {}{}, η to the right, φ upwards: blue taps are negative, orange "
             "ones positive.{}{}",
             view->layer, caption_suffix(runs, r),
             view->spec.shape[3] > kMostFilters
                 ? fmt::format(" The first {} of {}.", kMostFilters, view->spec.shape[3])
                 : "",
             view->spec.shape[2] > 1 ? " Their taps on the first channel." : ""),
         filters_script(panels), 480, 120 * lines, true});
  }
  return figures;
}

}  // namespace jetrain
