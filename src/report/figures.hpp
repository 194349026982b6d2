#pragma once

/// \file
/// The pictures of a report. Runs keep their colour in all of them. A picture for which there is nothing to
/// show is left out.

#include <string>
#include <vector>

#include "pictures/figure.hpp"
#include "report/run_record.hpp"
#include "report/scored_run.hpp"

namespace jetrain {

/// A run with what its best model says.
struct ReportedRun {
  RunRecord record;
  ScoredRun scores;
};
using ReportedRuns = std::vector<ReportedRun>;

/// Loss and accuracy by epoch, the best epoch marked.
std::vector<Figure> curve_figures(const ReportedRuns& runs);
/// Spectra of the training jets before and after train.reweight.
std::vector<Figure> reweighting_figures(const ReportedRuns& runs);
/// ROC curve, scores by class, calibration; of other taggers, too, whose lines are dashed where those of runs
/// are drawn through.
std::vector<Figure> tagging_figures(const ReportedRuns& runs, const std::vector<ScoredTagger>& others);
/// Of taggers of more than two classes: the confusion matrix, and each class's ROC curve against the rest.
std::vector<Figure> class_figures_of(const ReportedRuns& runs, const std::vector<ScoredTagger>& others);
/// Average tops and QCD (of more classes, the signal and the others) after each step of the preprocessing.
std::vector<Figure> average_figures(const ReportedRuns& runs);
/// The most confidently right and wrong jets of each run of two classes.
std::vector<Figure> gallery_figures(const ReportedRuns& runs);
/// The kernels of the first layer, of networks that begin with a convolution.
std::vector<Figure> filter_figures(const ReportedRuns& runs);
/// Time by phase, throughput by epoch.
std::vector<Figure> resource_figures(const ReportedRuns& runs);

/// An axis of epochs, up to the last of the longest run, as gnuplot's settings.
std::string epoch_axis(const ReportedRuns& runs);

/// What labels 1 and 0 are called: as data.classes says, where all runs say the same; else tops and QCD, in
/// plain arrays class 1 and class 0.
struct ClassNames {
  std::string signal;
  std::string background;
};
ClassNames class_names(const ReportedRuns& runs);

/// The end of a figure's name for one run of several: "_2"; of a single run nothing.
std::string name_suffix(const ReportedRuns& runs, std::size_t run);
/// The same for a caption: " (NAME)".
std::string caption_suffix(const ReportedRuns& runs, std::size_t run);

}  // namespace jetrain
