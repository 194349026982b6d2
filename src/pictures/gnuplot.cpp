#include "pictures/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/input_file.hpp"
#include "jetrain/error.hpp"
#include "pictures/gnuplot_script.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// A folder that goes with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "jetrain-pictures-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw DataError(fmt::format("cannot make a folder for temporary files in {}: {} (TMPDIR names another)",
                                  fs::temp_directory_path().string(), std::strerror(errno)));
    }
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

/// How a picture of pixels is drawn: as rectangles, which viewers of SVG and PDF cannot blur; but where
/// gnuplot itself makes the dots, as one image, since rectangles would leave seams.
std::string image_style(PictureFormat format) {
  return fmt::format("IMAGE = 'image{}'\n", format == PictureFormat::png ? "" : " pixels");
}

/// PNG has twice the dots of the figure's size, so that it stays sharp on fine screens and in print.
std::string terminal(const Figure& figure, PictureFormat format) {
  switch (format) {
    case PictureFormat::png:
      return fmt::format(
          "set terminal pngcairo size {},{} font 'sans,10.5' fontscale 2 linewidth 2 pointscale 2 enhanced "
          "background '{}'\n",
          2 * figure.width, 2 * figure.height, ink::kPaper);
    case PictureFormat::pdf:
      return fmt::format(
          "set terminal pdfcairo size {:.3f}in,{:.3f}in font 'sans,10.5' fontscale 0.75 linewidth 1.5 "
          "pointscale 0.75 enhanced background '{}'\n",
          figure.width / 96.0, figure.height / 96.0, ink::kPaper);
    case PictureFormat::svg:
      break;
  }
  return fmt::format(
      "set terminal svg size {},{} dynamic font 'Helvetica,Arial,sans-serif,14' enhanced "
      "background '{}'\n",
      figure.width, figure.height, ink::kPaper);
}

/// posix_spawn, since a fork of a process that uses MPI may break its network's memory; and no shell, since
/// names need then no quoting. Both of gnuplot's streams go to the file `messages`.
int run_gnuplot(std::string script, const std::string& messages) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, messages.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  std::string program = "gnuplot";
  std::string no_settings_of_the_user = "--default-settings";
  char* arguments[] = {program.data(), no_settings_of_the_user.data(), script.data(), nullptr};
  pid_t child = 0;
  const int failure = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw Error(fmt::format("cannot start gnuplot: {}", std::strerror(failure)));
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw Error(fmt::format("gnuplot was lost: {}", std::strerror(errno)));
  }
  return status;
}

}  // namespace

PictureFormat parse_picture_format(const std::string& word) {
  for (const PictureFormat format : {PictureFormat::svg, PictureFormat::png, PictureFormat::pdf}) {
    if (word == ending(format)) return format;
  }
  throw UsageError(fmt::format("--format {}: must be html, svg, png or pdf", word));
}

const char* ending(PictureFormat format) {
  switch (format) {
    case PictureFormat::svg:
      return "svg";
    case PictureFormat::png:
      return "png";
    case PictureFormat::pdf:
      return "pdf";
  }
  return "";
}

bool has_gnuplot() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string program = (fs::path(folder) / "gnuplot").string();
    if (access(program.c_str(), X_OK) == 0 && !fs::is_directory(program)) return true;
  }
  return false;
}

std::vector<std::string> draw(const std::vector<Drawing>& drawings) {
  if (drawings.empty()) return {};
  const TemporaryFolder folder;
  const auto picture = [&](std::size_t i) { return folder.file(fmt::format("{}", i)); };
  std::ofstream script(folder.file("script"));
  for (std::size_t i = 0; i < drawings.size(); ++i) {
    const Figure& figure = drawings[i].figure;
    script << "reset session\n"
           << terminal(figure, drawings[i].format) << "set output " << gnuplot::literal(picture(i)) << "\n"
           << gnuplot::common_settings() << image_style(drawings[i].format) << figure.script
           << "unset multiplot\nunset output\n";
  }
  script.close();
  if (!script) throw DataError("cannot write temporary files: is the disk full? (TMPDIR names another)");

  const std::string messages = folder.file("messages");
  const int status = run_gnuplot(folder.file("script"), messages);
  std::vector<std::string> pictures;
  bool complete = status == 0;
  for (std::size_t i = 0; i < drawings.size(); ++i) {
    pictures.push_back(try_read_whole(picture(i)).value_or(""));
    complete = complete && !pictures.back().empty();
  }
  if (!complete) {
    std::string words = try_read_whole(messages).value_or("").substr(0, 1000);
    std::replace(words.begin(), words.end(), '\n', ' ');
    throw Error(fmt::format("gnuplot could not draw the pictures: {}", words));
  }
  return pictures;
}

}  // namespace jetrain
