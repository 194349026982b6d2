#include "comm/cgroup.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>
#include <vector>

namespace jetrain {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// Whether `list`, "cpu,cpuacct", has `word`.
bool has_word(const std::string& list, const std::string& word) {
  std::istringstream words(list);
  for (std::string each; std::getline(words, each, ',');)
    if (each == word) return true;
  return false;
}

/// Of /proc/self/mountinfo, where a space in a name is \040.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// Where a hierarchy of groups can be seen, and which group is seen there: in a container, often its own.
struct Mount {
  std::string folder;
  std::string group;
};

/// "31 23 0:26 /docker/7f /sys/fs/cgroup/cpu rw,nosuid - cgroup cgroup rw,cpu,cpuacct"; that of `controller`
/// in version 1, else the one of version 2.
std::optional<Mount> find_mount(const std::string& root, const std::string& controller, int version) {
  for (const std::string& line : lines_of(root + "/proc/self/mountinfo")) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream before(line.substr(0, dash));
    std::istringstream after(line.substr(dash + 3));
    std::string number, parent, device, group, folder, type, source, options;
    before >> number >> parent >> device >> group >> folder;
    after >> type >> source >> options;
    if (version == 2 ? type == "cgroup2" : type == "cgroup" && has_word(options, controller))
      return Mount{unescaped(folder), unescaped(group)};
  }
  return std::nullopt;
}

/// The own group, as /proc/self/cgroup names it: "4:cpu,cpuacct:/slurm/job_7", in version 2
/// "0::/slurm/job_7".
std::optional<std::string> own_group(const std::string& root, const std::string& controller, int version) {
  for (const std::string& line : lines_of(root + "/proc/self/cgroup")) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (version == 2 ? controllers.empty() && line.starts_with("0:") : has_word(controllers, controller))
      return line.substr(second + 1);
  }
  return std::nullopt;
}

/// Gives `look` the folders of the own group and of all above it that can be seen.
void for_own_groups(const std::string& root, const std::string& controller, int version,
                    const std::function<void(const fs::path&)>& look) {
  const auto group = own_group(root, controller, version);
  const auto mount = find_mount(root, controller, version);
  if (!group || !mount) return;
  fs::path below = fs::path(*group).lexically_relative(mount->group);
  // Another namespace's names ("/../../x") lead nowhere here: what is mounted is then the own group, or above
  // it.
  if (below.empty() || *below.begin() == "..") below = ".";
  const fs::path top = root + mount->folder;
  fs::path folder = top;
  look(folder);
  for (const fs::path& part : below) {
    if (part == ".") continue;
    folder /= part;
    look(folder);
  }
}

std::optional<std::string> first_line(const fs::path& path) {
  const std::vector<std::string> lines = lines_of(path.string());
  return lines.empty() ? std::nullopt : std::optional(lines.front());
}

/// The numbers of a line; empty where it has something else ("max").
std::vector<double> numbers_of(const std::optional<std::string>& line) {
  std::istringstream words(line.value_or(""));
  std::vector<double> numbers;
  for (double number = 0; words >> number;) numbers.push_back(number);
  return numbers;
}

using LimitOf = std::function<std::optional<double>(const fs::path& group)>;

std::optional<GroupLimit> smallest(const std::string& root, const std::string& controller,
                                   const LimitOf& of_1, const LimitOf& of_2) {
  std::optional<GroupLimit> least;
  for (const auto& [version, limit_of] : {std::pair(1, &of_1), std::pair(2, &of_2)}) {
    for_own_groups(root, controller, version, [&, of = limit_of](const fs::path& group) {
      const std::optional<double> limit = (*of)(group);
      if (limit && *limit > 0 && (!least || *limit < least->amount)) least = {*limit, group.string()};
    });
  }
  return least;
}

}  // namespace

std::optional<GroupLimit> cpu_quota(const std::string& root) {
  const LimitOf of_1 = [](const fs::path& group) -> std::optional<double> {
    const auto quota = numbers_of(first_line(group / "cpu.cfs_quota_us"));
    const auto period = numbers_of(first_line(group / "cpu.cfs_period_us"));
    if (quota.empty() || period.empty() || quota[0] <= 0 || period[0] <= 0) return std::nullopt;  // -1: none
    return quota[0] / period[0];
  };
  const LimitOf of_2 = [](const fs::path& group) -> std::optional<double> {
    const auto numbers = numbers_of(first_line(group / "cpu.max"));  // "150000 100000", or "max 100000"
    if (numbers.size() != 2 || numbers[1] <= 0) return std::nullopt;
    return numbers[0] / numbers[1];
  };
  return smallest(root, "cpu", of_1, of_2);
}

std::optional<GroupLimit> memory_limit(const std::string& root) {
  const auto of = [](const char* name) {
    return [name](const fs::path& group) -> std::optional<double> {
      const auto bytes = numbers_of(first_line(group / name));
      if (bytes.empty()) return std::nullopt;
      return bytes[0];
    };
  };
  return smallest(root, "memory", of("memory.limit_in_bytes"), of("memory.max"));
}

}  // namespace jetrain
