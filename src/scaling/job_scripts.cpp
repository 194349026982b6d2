#include "scaling/job_scripts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/shell_word.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// A file name for #SBATCH --output, as sbatch reads it: in quotation marks, where a backslash makes
/// quotation marks, the hash of a comment and itself plain; `%%` is a percent sign. A line has no way to
/// write its own end, and a backslash in the name itself would switch off %j.
std::string sbatch_file_name(const std::string& name) {
  if (printable_line(name) != name || name.find('\\') != std::string::npos)
    throw UsageError(fmt::format(
        "{}: SLURM's job scripts cannot name a folder with control characters, backslashes or bytes "
        "that are no UTF-8: choose another --out",
        name));
  std::string text;
  for (const char c : name) {
    if (c == '"' || c == '#') text += '\\';
    text += c == '%' ? "%%" : std::string(1, c);
  }
  const bool plain = name.find_first_of(" \"'#;&()") == std::string::npos;
  return plain ? text : "\"" + text + "\"";
}

}  // namespace

std::vector<int> powers_of_two_up_to(int most) {
  std::vector<int> numbers;
  for (int n = 1; n < most; n *= 2) numbers.push_back(n);
  numbers.push_back(most);
  return numbers;
}

void write_job_scripts(const std::string& folder, const std::string& config,
                       const std::vector<std::string>& assignments, const std::vector<ScalingPoint>& points) {
  const fs::path jobs = fs::path(folder) / "jobs";
  const std::string logs = sbatch_file_name(jobs.string() + "/");
  std::error_code failure;
  fs::create_directories(jobs, failure);
  if (failure)
    throw DataError(fmt::format("cannot make the folder {}: {}", jobs.string(), failure.message()));
  std::string settings;
  for (const std::string& assignment : assignments)
    settings += fmt::format(" --set {}", shell_word(assignment));
  int repeats = 0;
  for (const ScalingPoint& point : points) repeats = std::max(repeats, point.repeat + 1);

  std::string submit =
      "#!/usr/bin/env bash\n# Submits all points of the study; options of sbatch may be given.\nset -e\n";
  for (const ScalingPoint& point : points) {
    if (point.repeat > 0) continue;
    const std::string name = fmt::format("r{:04}_t{:02}", point.ranks, point.threads);
    const fs::path script = jobs / (name + ".sbatch");
    std::string log_name = logs;
    log_name.insert(logs.ends_with('"') ? logs.size() - 1 : logs.size(), name + "-%j.log");
    write_text(script.string(),
               fmt::format(R"(#!/usr/bin/env bash
# {2} scaling, {0} ranks x {1} threads. The lines to edit; options of sbatch win over them:
#SBATCH --job-name=scaling_{3}
#SBATCH --ntasks={0}
#SBATCH --cpus-per-task={1}
#SBATCH --exclusive
#SBATCH --time=01:00:00
#SBATCH --output={4}
# module load gcc openmpi hdf5
export OMP_NUM_THREADS={1}
exec mpirun --map-by slot:PE={1} --bind-to core -np {0} "${{JETRAIN:-build/release/jetrain}}" scaling run {5}{6} \
  --ranks {0} --threads {1} --mode {2} --repeat {7} --out {8}
)",
                           point.ranks, point.threads, word_of(point.mode).text, name, log_name,
                           shell_word(config), settings, repeats, shell_word(folder)));
    submit += fmt::format("sbatch \"$@\" {}\n", shell_word(script.string()));
  }
  write_text((jobs / "submit.sh").string(), submit);
  print_line("{} job scripts in {}; `bash {}` submits all, `jetrain scaling report {}` reads what they leave",
             points.size() / static_cast<std::size_t>(repeats), jobs.string(),
             shell_word_if_needed((jobs / "submit.sh").string()), shell_word_if_needed(folder));
}

}  // namespace jetrain
