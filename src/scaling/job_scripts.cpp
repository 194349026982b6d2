#include "scaling/job_scripts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/output_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// As one word of a shell.
std::string shell_word(const std::string& word) {
  std::string text(1, '\'');
  for (const char c : word) {
    if (c == '\'') {
      text.append("'\\''");
    } else {
      text.push_back(c);
    }
  }
  text.push_back('\'');
  return text;
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
    write_text(script.string(),
               fmt::format(R"(#!/usr/bin/env bash
# {2} scaling, {0} ranks x {1} threads. The lines to edit; options of sbatch win over them:
#SBATCH --job-name=scaling_{3}
#SBATCH --ntasks={0}
#SBATCH --cpus-per-task={1}
#SBATCH --exclusive
#SBATCH --time=01:00:00
#SBATCH --output={4}/{3}-%j.log
# module load gcc openmpi hdf5
export OMP_NUM_THREADS={1}
exec mpirun --map-by slot:PE={1} --bind-to core -np {0} "${{JETRAIN:-build/release/jetrain}}" scaling run {5}{6} \
  --ranks {0} --threads {1} --mode {2} --repeat {7} --out {8}
)",
                           point.ranks, point.threads, word_of(point.mode).text, name, jobs.string(),
                           shell_word(config), settings, repeats, shell_word(folder)));
    submit += fmt::format("sbatch \"$@\" {}\n", shell_word(script.string()));
  }
  write_text((jobs / "submit.sh").string(), submit);
  fmt::print(
      "{} job scripts in {}; `bash {}/submit.sh` submits all, `jetrain scaling report {}` reads what they "
      "leave\n",
      points.size() / static_cast<std::size_t>(repeats), jobs.string(), jobs.string(), folder);
}

}  // namespace jetrain
