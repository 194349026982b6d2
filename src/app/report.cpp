#include "app/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "comm/threads.hpp"
#include "core/file_names.hpp"
#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/stopwatch.hpp"
#include "dataset/data_files.hpp"
#include "jetrain/error.hpp"
#include "pictures/gnuplot.hpp"
#include "report/sections.hpp"
#include "row_kernels/product_choice.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

std::string output_of(const ReportOptions& options) {
  if (!options.output.empty()) return options.output;
  return options.pictures ? "report" : "report.html";
}

/// The pictures' folder, made if need be.
void require_folder(const std::string& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure || !fs::is_directory(folder))
    throw DataError(fmt::format("cannot make the folder {}: {}", folder,
                                failure ? failure.message() : "a file of that name is there"));
}

ReportedRuns reported_runs(const ReportOptions& options) {
  const std::vector<std::string> files = expanded_names(options.files, "--data");
  refuse_twice(files, "--data");
  for (const std::string& file : files) {
    if (!fs::exists(file)) throw DataError(fmt::format("--data {}: there is no such file", file));
  }
  ReportedRuns runs;
  for (RunRecord& record : read_runs(options.runs)) {
    if (record.config.input == InputKind::constituents) static_cast<void>(kernels::products());
    const ScoringRequest request{files, options.jets, true};
    ScoredRun scores = score_run(record, request, Communicator::self());
    if (!scores.missing.empty()) print_line("note: without scores and images: {}", scores.missing);
    runs.push_back({std::move(record), std::move(scores)});
  }
  return runs;
}

/// A study's folder stands for its members that have a result, and for their ensemble, where there is one.
ReportOptions with_members(const ReportOptions& given) {
  ReportOptions options = given;
  options.runs.clear();
  for (const std::string& run : given.runs) {
    if (!fs::exists(fs::path(run) / "study.yaml")) {
      options.runs.push_back(run);
      continue;
    }
    std::vector<std::string> members;
    for (const fs::path& entry : entries_of(run)) {
      if (fs::exists(entry / "result.json")) members.push_back(entry.string());
    }
    std::sort(members.begin(), members.end());
    options.runs.insert(options.runs.end(), members.begin(), members.end());
    const fs::path ensemble = fs::path(run) / "ensemble.h5";
    if (fs::exists(ensemble)) options.predictions.push_back(ensemble.string());
  }
  return options;
}

/// What a report is about.
struct Subject {
  ReportedRuns runs;
  std::vector<ScoredTagger> others;

  std::vector<PageSection> sections() const { return report_sections(runs, others); }
};

/// The files of predictions first: what is wrong with them is soon found.
Subject read_subject(const ReportOptions& options) {
  std::vector<ScoredTagger> others = read_taggers(options.predictions, options.names);
  return {reported_runs(options), std::move(others)};
}

std::string title_of(const Subject& subject) {
  std::vector<std::string> names;
  for (const ReportedRun& run : subject.runs) names.push_back(run.record.name);
  for (const ScoredTagger& other : subject.others) names.push_back(other.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

void write_page(const Subject& subject, const std::string& output) {
  const std::string page = html_page(title_of(subject), subject.sections());
  write_text(output, page);
  fmt::print("{}: {:.2f} MB", printable_line(output), static_cast<double>(page.size()) / 1e6);
}

void write_pictures(const Subject& subject, const std::string& folder, PictureFormat format, bool overwrite) {
  std::vector<Drawing> drawings;
  std::vector<std::string> files;
  for (const PageSection& section : subject.sections()) {
    for (const Figure& figure : section.figures) {
      drawings.push_back({figure, format});
      files.push_back((fs::path(folder) / (figure.name + "." + ending(format))).string());
      require_writable(files.back(), overwrite);
    }
  }
  const std::vector<std::string> pictures = draw(drawings);
  for (std::size_t i = 0; i < pictures.size(); ++i) write_text(files[i], pictures[i]);
  fmt::print("{}: {} pictures", printable_line(folder), pictures.size());
}

void make_report(const ReportOptions& given) {
  const Stopwatch watch;
  const ReportOptions options = with_members(given);
  if (options.runs.empty() && options.predictions.empty())
    throw UsageError("report: name a run, or files of scores with --predictions");
  const std::string output = output_of(options);
  if (!has_gnuplot()) throw Error(fmt::format("report draws with {}", kMissingGnuplot));
  if (!options.pictures) {
    require_writable(output, options.overwrite);
    write_page(read_subject(options), output);
  } else {
    const Subject subject = read_subject(options);
    require_folder(output);
    write_pictures(subject, output, *options.pictures, options.overwrite);
  }
  fmt::print("  ({:.1f} s)\n", watch.seconds());
}

}  // namespace

void report(const ReportOptions& options, const Communicator& comm) {
  set_threads(options.threads, comm);
  comm.agree([&] { make_report(options); });
}

}  // namespace jetrain
