#include "report/jet_images.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "report/figures.hpp"
#include "report/set_pictures.hpp"
#include "samples/dense.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {
namespace {

using gnuplot::literal;

constexpr std::int64_t kGalleryJets = 5;
/// Decades of the colour scale, as the notebook's.
constexpr double kDecades = 1e4;

/// The first channel.
ImagePanel panel_of(const SampleView& jet, const Grid& grid) {
  std::vector<float> dense(static_cast<std::size_t>(grid.size()));
  to_dense(jet.input, dense);
  return {"", {dense.begin(), dense.begin() + grid.plane()}, grid.rows, grid.columns};
}

/// Of the first channel, over the jets of one class, or all others.
ImagePanel average(const SampleStore& jets, std::int64_t signal, bool of_signal, const Grid& grid) {
  ImagePanel panel{"", std::vector<double>(static_cast<std::size_t>(grid.plane())), grid.rows, grid.columns};
  std::vector<float> dense(static_cast<std::size_t>(grid.size()));
  double count = 0;
  for (std::int64_t i = 0; i < jets.size(); ++i) {
    const SampleView jet = jets[i];
    if ((jet.label == signal) != of_signal) continue;
    count += 1;
    to_dense(jet.input, dense);
    for (std::size_t k = 0; k < panel.pixels.size(); ++k) panel.pixels[k] += static_cast<double>(dense[k]);
  }
  for (double& pixel : panel.pixels) pixel /= std::max(1.0, count);
  return panel;
}

double largest(const std::vector<ImagePanel>& panels) {
  double most = 0;
  for (const ImagePanel& panel : panels)
    most = std::max(most, *std::max_element(panel.pixels.begin(), panel.pixels.end()));
  return most > 0 ? most : 1;
}

/// Tops and QCD beside each other on one colour scale; `names` are what the panels are called.
std::string average_script(const PreprocessingStep& step, std::int64_t signal, const ClassNames& names) {
  const std::vector<ImagePanel> panels = {average(step.jets, signal, true, step.grid),
                                          average(step.jets, signal, false, step.grid)};
  const double most = largest(panels);
  const bool turned = step.image.rotate;
  const double tic = step.image.half_width > 2 ? 2 : step.image.half_width / 2;
  const bool in_gev = step.image.normalize == Normalization::none;
  std::string script;
  for (std::size_t i = 0; i < panels.size(); ++i)
    script += image_block(fmt::format("panel{}", i), panels[i], step.image.half_width, most / kDecades);
  script += gnuplot::palette();
  const char* horizontal = turned ? "η (rotated)" : step.image.center ? "η - η_1" : "η";
  const char* vertical = turned ? "φ (rotated)" : step.image.center ? "φ - φ_1" : "φ";
  script += fmt::format(
      "unset grid\nset border 15\nset size ratio 1\nunset key\nset logscale cb\nset cbrange "
      "[{0:.3g}:{1:.3g}]\n"
      "set format cb '10^{{%T}}'\nset xtics -{2},{2},{2}\nset ytics -{2},{2},{2}\nset xrange [-{3}:{3}]\n"
      "set yrange [-{3}:{3}]\nset xlabel '{4}'\nset ylabel '{5}'\nset title {7} offset 0,-0.5\n"
      "unset colorbox\nset multiplot layout 1,2 margins 0.14,0.84,0.21,0.91 spacing 0.03\n"
      "plot $panel0 using 1:2:3 with @IMAGE\n"
      "set title {8}\nunset ylabel\nset format y ''\nset colorbox\nset cblabel '{6}'\n"
      "plot $panel1 using 1:2:3 with @IMAGE\n",
      most / kDecades, most, tic, step.image.half_width, horizontal, vertical,
      in_gev ? "p_T a jet (GeV)" : "mean pixel", literal(names.signal), literal(names.background));
  return script;
}

bool has_steps(const ReportedRun& run) {
  return run.scores.missing.empty() && !run.scores.steps.empty();
}

struct Strip {
  const char* name;
  const char* text;
  std::uint8_t label;
  bool highest;  ///< the scores that are wanted
};
constexpr Strip kStrips[] = {
    {"top_right", "Tops most surely called tops", 1, true},
    {"qcd_right", "QCD jets most surely called QCD", 0, false},
    {"top_wrong", "Tops most surely called QCD, wrongly", 1, false},
    {"qcd_wrong", "QCD jets most surely called tops, wrongly", 0, true},
};

/// The jets of a class with the highest or lowest scores; of equal ones, the first in the file.
std::vector<std::int64_t> extreme_jets(const ScoredJets& jets, const Strip& strip) {
  std::vector<std::int64_t> chosen;
  for (std::size_t i = 0; i < jets.scores.size(); ++i) {
    if (jets.labels[i] == strip.label) chosen.push_back(static_cast<std::int64_t>(i));
  }
  std::stable_sort(chosen.begin(), chosen.end(), [&](std::int64_t a, std::int64_t b) {
    const float score_a = jets.scores[static_cast<std::size_t>(a)];
    const float score_b = jets.scores[static_cast<std::size_t>(b)];
    return strip.highest ? score_a > score_b : score_a < score_b;
  });
  chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(kGalleryJets)));
  return chosen;
}

/// The images of some of a run's jets.
SampleStore pictures_of(const ScoredRun& run, const std::vector<std::int64_t>& jets) {
  SampleStore chosen;
  for (const std::int64_t i : jets) chosen.append(run.samples[i]);
  const Config& config = run.model->config;
  return sample_layout(config).is_set() ? pictures_of(chosen, config.image) : std::move(chosen);
}

std::string gallery_script(const ScoredRun& run, const std::vector<std::int64_t>& jets) {
  const ImageConfig& image = run.model->config.image;
  const Grid grid{std::ssize(image.channels), image.bins, image.bins};
  const SampleStore pictures = pictures_of(run, jets);
  std::vector<ImagePanel> panels;
  for (const std::int64_t i : jets) {
    panels.push_back(panel_of(pictures[std::ssize(panels)], grid));
    const float score = run.tagger.scored.scores[static_cast<std::size_t>(i)];
    panels.back().title = score < 0.001F ? fmt::format("{:.0e}", score) : fmt::format("{:.4f}", score);
  }
  const double most = largest(panels);
  std::string script;
  for (std::size_t i = 0; i < panels.size(); ++i)
    script += image_block(fmt::format("panel{}", i), panels[i], image.half_width, most / kDecades);
  script += gnuplot::palette();
  script += fmt::format(
      "unset grid\nset border 15\nset size ratio 1\nunset key\nunset tics\nunset colorbox\nset logscale cb\n"
      "set cbrange [{0:.3g}:{1:.3g}]\nset xrange [-{2}:{2}]\nset yrange [-{2}:{2}]\n"
      "set multiplot layout 1,{3} margins 0.01,0.99,0.03,0.82 spacing 0.015\n",
      most / kDecades, most, image.half_width, kGalleryJets);
  for (std::size_t i = 0; i < panels.size(); ++i)
    script += fmt::format("set title {} offset 0,-0.6\nplot $panel{} using 1:2:3 with @IMAGE\n",
                          literal(panels[i].title), i);
  return script;
}

/// The signal, and the others, of a run.
ClassNames panel_names(const ReportedRun& run) {
  const ScoredTagger& tagger = run.scores.tagger;
  if (!tagger.classes.empty())
    return {tagger.classes[static_cast<std::size_t>(tagger.scored.signal)].name, "others"};
  const std::vector<std::string>& named = run.record.config.data.classes;
  return named.size() == 2 ? ClassNames{named[1], named[0]} : ClassNames{"tops", "QCD"};
}

std::int64_t count_of(const SampleStore& jets, std::int64_t label) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < jets.size(); ++i) count += jets[i].label == label ? 1 : 0;
  return count;
}

/// What a strip shows; of classes with names of their own by these.
std::string strip_text(const Strip& strip, const std::vector<std::string>& named) {
  if (named.size() != 2) return strip.text;
  return fmt::format("{} most surely called {}{}", named[strip.label], named[strip.highest ? 1 : 0],
                     (strip.label == 1) == strip.highest ? "" : ", wrongly");
}

}  // namespace

std::vector<Figure> average_figures(const ReportedRuns& runs) {
  std::vector<Figure> figures;
  const ReportedRun* first = nullptr;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    if (!has_steps(runs[r])) continue;
    const std::vector<PreprocessingStep>& steps = runs[r].scores.steps;
    for (std::size_t s = 0; s < steps.size(); ++s) {
      // Runs differ at most in the last step; where they do not, once is enough.
      const bool last = s + 1 == steps.size();
      if (first != nullptr && (!last || steps[s].image == first->scores.steps[s].image)) continue;
      const std::string of_run = runs.size() > 1 ? fmt::format(" of {}", runs[r].record.name) : "";
      const ClassNames names = panel_names(runs[r]);
      const std::int64_t signal = runs[r].scores.tagger.scored.signal;
      const std::int64_t of_signal = count_of(steps[s].jets, signal);
      figures.push_back(
          {"average_" + steps[s].name + (first == nullptr ? "" : name_suffix(runs, r)),
           fmt::format("Average jet, {}: {}. {} {}, {} {} of the validation set{}; logarithmic colours.",
                       steps[s].name, steps[s].text, of_signal, names.signal,
                       steps[s].jets.size() - of_signal,
                       names.background == "QCD" ? "QCD jets" : names.background, of_run),
           average_script(steps[s], signal, names), 520, 260, true});
    }
    if (first == nullptr) first = &runs[r];
  }
  return figures;
}

std::vector<Figure> gallery_figures(const ReportedRuns& runs) {
  std::vector<Figure> figures;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const ScoredRun& run = runs[r].scores;
    if (!run.missing.empty() || run.tagger.roc.empty() || !reads_jets(run.model->config.data)) continue;
    for (const Strip& strip : kStrips) {
      const std::vector<std::int64_t> jets = extreme_jets(run.tagger.scored, strip);
      if (jets.empty()) continue;
      figures.push_back(
          {std::string("gallery_") + strip.name + name_suffix(runs, r),
           fmt::format("{}{}, with their scores.", strip_text(strip, run.model->config.data.classes),
                       caption_suffix(runs, r)),
           gallery_script(run, jets), 520, 130, true});
    }
  }
  return figures;
}

}  // namespace jetrain
