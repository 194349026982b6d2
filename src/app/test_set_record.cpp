#include "app/test_set_record.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <sstream>

#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

bool is_test_set(const Config& config, const std::vector<std::string>& files, Set split) {
  if (split == Set::test) return true;
  const std::vector<std::string>& test_files = config.data.test_files;
  return std::any_of(files.begin(), files.end(), [&](const std::string& file) {
    return std::any_of(test_files.begin(), test_files.end(), [&](const std::string& test_file) {
      std::error_code absent;
      return file == test_file || std::filesystem::equivalent(file, test_file, absent);
    });
  });
}

std::string record_test_set_use(const std::string& model_path, const std::vector<std::string>& files,
                                double accuracy, double auc) {
  const std::string record = (std::filesystem::path(model_path).parent_path() / "test_set_used.txt").string();
  std::string text = try_read_whole(record).value_or("");
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  std::vector<std::string> earlier;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) earlier.push_back(line);
  try {
    write_text(record,
               text + fmt::format("{:%Y-%m-%d %H:%M:%S}  {}  accuracy {}  AUC {}\n",
                                  fmt::localtime(std::time(nullptr)),
                                  printable_line(fmt::format("{}", fmt::join(files, " "))), accuracy, auc));
  } catch (const DataError& error) {
    return fmt::format("warning: this use of the test set could not be recorded: {}", error.what());
  }
  if (earlier.empty()) return "";
  return fmt::format(
      "note: the test set was used {} before, last {} ({}): choose between models on the validation "
      "set, or this result is no longer unbiased",
      earlier.size() == 1 ? "once" : fmt::format("{} times", earlier.size()), earlier.back().substr(0, 19),
      record);
}

}  // namespace jetrain
