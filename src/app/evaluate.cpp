#include "evaluate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "jetrain/comm/threads.hpp"
#include "jetrain/core/error.hpp"
#include "jetrain/core/output_file.hpp"
#include "jetrain/core/stopwatch.hpp"
#include "jetrain/io/hdf5_file.hpp"
#include "jetrain/train/model_file.hpp"
#include "jetrain/train/scoring.hpp"

namespace jetrain {
namespace {

/// Scores the asked-for rows of `files` and gathers them on rank 0.
ScoredSlice score_files(const StoredModel& stored, const std::vector<std::string>& files,
                        const std::string& split, const Communicator& comm) {
  const JetSource source(files, comm);
  Set set = Set::test;
  comm.agree([&] {
    if (split.empty()) return;
    set = parse_set(split);
    if (stored.config.data.split.method == "files") {
      throw UsageError(
          "this model was trained with split.method files: name the file of the set itself, without --split");
    }
  });
  const Selection selection = split.empty() ? Selection::everything(source.rows(), set)
                                            : Selection::from_config(stored.config, source, comm);
  const bool skip = stored.config.data.on_bad_row == "skip";
  ScoredSlice scored = gather_scores(
      score_rows(stored.model, source, selection, set, SampleMaker(stored.config), skip, comm), comm);
  comm.agree([&] {
    if (comm.is_root() && scored.rows.empty()) {
      throw DataError(fmt::format("no jets to score: {}{} has none{}", split, split.empty() ? "" : " set of ",
                                  files.front() + (files.size() > 1 ? ", ..." : "")));
    }
  });
  return scored;
}

std::string metrics_json(const Metrics& m, std::int64_t skipped) {
  const auto number = [](double x) { return std::isfinite(x) ? nlohmann::json(x) : nlohmann::json(nullptr); };
  const nlohmann::ordered_json json = {{"jets", m.jets},
                                       {"skipped_rows", skipped},
                                       {"loss", number(m.loss)},
                                       {"accuracy", number(m.accuracy)},
                                       {"auc", number(m.auc)},
                                       {"rejection_30", number(m.rejection_30)},
                                       {"rejection_50", number(m.rejection_50)}};
  return json.dump(2) + "\n";
}

std::string roc_csv(const ScoredJets& scored) {
  std::string text = "threshold,signal_efficiency,background_efficiency\n";
  for (const RocPoint& p : roc_curve(scored.scores, scored.labels)) {
    text += fmt::format("{},{},{}\n", p.threshold, p.signal_efficiency, p.background_efficiency);
  }
  return text;
}

void write_column(hid_t file, const char* name, hid_t stored_type, hid_t memory_type, hsize_t size,
                  const void* values) {
  const hdf5::Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
  const hdf5::Handle dataset(
      H5Dcreate2(file, name, stored_type, space, H5P_DEFAULT, hdf5::untimed_creation(), H5P_DEFAULT),
      H5Dclose);
  hdf5::check(dataset, fmt::format("creating {}", name));
  hdf5::check(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
              fmt::format("writing {}", name));
}

void write_predictions(const std::string& path, const std::vector<ScoredRow>& rows) {
  std::vector<float> scores;
  std::vector<std::uint8_t> labels;
  std::vector<std::int64_t> numbers;
  for (const ScoredRow& row : rows) {
    scores.push_back(row.score);
    labels.push_back(row.label);
    numbers.push_back(row.row);
  }
  hdf5::write_file(path, hdf5::Seal::none, [&](hid_t file) {
    write_column(file, "score", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, rows.size(), scores.data());
    write_column(file, "label", H5T_STD_U8LE, H5T_NATIVE_UINT8, rows.size(), labels.data());
    write_column(file, "row", H5T_STD_I64LE, H5T_NATIVE_INT64, rows.size(), numbers.data());
  });
}

}  // namespace

void evaluate(const EvaluateOptions& options, const Communicator& comm) {
  comm.agree([&] {
    if (!comm.is_root()) return;
    for (const std::string& output : {options.json, options.roc}) {
      if (!output.empty()) require_writable(output, options.overwrite);
    }
  });
  set_threads(options.threads, comm);
  const StoredModel stored = load_model(options.model, comm);
  const Stopwatch watch;
  const ScoredSlice slice = score_files(stored, options.files, options.split, comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    const ScoredJets scored = without_rows(slice);
    const Metrics m = compute_metrics(scored);
    fmt::print(
        "jets {}  loss {:.4f}  accuracy {:.4f}  AUC {:.4f}  1/eps_B at eps_S 0.3: {:.1f}, at 0.5: {:.1f}  "
        "({:.1f} s)\n",
        m.jets, m.loss, m.accuracy, m.auc, m.rejection_30, m.rejection_50, watch.seconds());
    if (slice.skipped > 0) fmt::print("warning: {} bad rows skipped\n", slice.skipped);
    if (std::isnan(m.auc)) fmt::print("note: all jets are of one class, so there is no ROC curve\n");
    if (!options.json.empty()) write_text(options.json, metrics_json(m, slice.skipped));
    if (!options.roc.empty()) write_text(options.roc, roc_csv(scored));
  });
}

void predict(const PredictOptions& options, const Communicator& comm) {
  comm.agree([&] {
    if (comm.is_root()) require_writable(options.output, options.overwrite);
  });
  set_threads(options.threads, comm);
  const StoredModel stored = load_model(options.model, comm);
  const Stopwatch watch;
  const ScoredSlice scored = score_files(stored, options.files, "", comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    write_predictions(options.output, scored.rows);
    fmt::print("{}: {} jets scored in {:.1f} s ({:.0f} jets/s)\n", options.output, scored.rows.size(),
               watch.seconds(), static_cast<double>(scored.rows.size()) / watch.seconds());
    if (scored.skipped > 0) fmt::print("warning: {} bad rows skipped\n", scored.skipped);
  });
}

}  // namespace jetrain
