#include "dataset/data_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "core/file_names.hpp"
#include "core/open_files.hpp"
#include "core/uninterrupted.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using NamedFiles = std::vector<std::pair<std::string, const std::vector<std::string>*>>;

NamedFiles files_by_key(const DataConfig& data) {
  return {{"data.files", &data.files},
          {"data.train_files", &data.train_files},
          {"data.validation_files", &data.validation_files},
          {"data.test_files", &data.test_files}};
}

/// A file is known by its device and its number there.
void refuse_twice(const NamedFiles& lists) {
  std::map<std::pair<dev_t, ino_t>, std::pair<std::string, std::string>> known;
  for (const auto& [key, files] : lists) {
    require_openable(files->size());
    for (const std::string& file : *files) {
      struct stat status {};
      if (uninterrupted([&] { return stat(file.c_str(), &status); }) != 0) continue;  // who opens it says so
      const auto [first, is_new] =
          known.try_emplace(std::pair(status.st_dev, status.st_ino), std::pair(key, file));
      if (is_new) continue;
      const auto& [other_key, other] = first->second;
      throw UsageError(fmt::format(
          "{}: {} {}, {}: {}", key, file,
          file == other ? std::string("stands twice") : fmt::format("is the same file as {}", other),
          other_key == key ? "so that its jets would count twice" : fmt::format("also in {}", other_key),
          other_key == key ? "name it once" : "what trains must not validate or test: name other files"));
    }
  }
}

std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

/// Names of any bytes but NUL.
std::vector<std::string> broadcast(const std::vector<std::string>& names, const Communicator& comm) {
  std::string text;
  for (const std::string& name : names) text += name + '\0';
  text = comm.broadcast(text);
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\0', begin) + 1)
    all.emplace_back(text.c_str() + begin);
  return all;
}

}  // namespace

std::vector<std::string> data_files(const std::vector<std::string>& names, const std::string& what,
                                    const Communicator& comm) {
  if (std::none_of(names.begin(), names.end(), is_pattern)) return names;
  std::vector<std::string> all;
  comm.agree([&] {
    if (comm.is_root()) all = expanded_names(names, what);
  });
  return broadcast(all, comm);
}

void complete_files(DataConfig& data, const Communicator& comm) {
  data.files = data_files(data.files, "data.files", comm);
  data.train_files = data_files(data.train_files, "data.train_files", comm);
  data.validation_files = data_files(data.validation_files, "data.validation_files", comm);
  data.test_files = data_files(data.test_files, "data.test_files", comm);
  data.cache = with_home(data.cache);
  refuse_shared_files(data, comm);
}

void refuse_twice(const std::vector<std::string>& files, const std::string& what) {
  refuse_twice(NamedFiles{{what, &files}});
}

void require_same_files(const std::vector<std::string>& trained, const std::vector<std::string>& files,
                        const std::string& what) {
  std::string all;
  bool same_order = true;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    all += ' ';
    all += name_of(trained[i]);
    same_order = same_order && i < files.size() && name_of(files[i]) == name_of(trained[i]);
  }
  const bool same_names = std::is_permutation(
      trained.begin(), trained.end(), files.begin(), files.end(),
      [](const std::string& a, const std::string& b) { return name_of(a) == name_of(b); });
  if (files.size() == trained.size() && (same_order || !same_names)) return;
  throw UsageError(fmt::format(
      "{}: the model's split counts the rows of {} files one after another: name all of them, in this "
      "order:{}",
      what, trained.size(), all));
}

void refuse_shared_files(const DataConfig& data, const Communicator& comm) {
  comm.agree([&] {
    if (comm.is_root()) refuse_twice(files_by_key(data));
  });
}

}  // namespace jetrain
