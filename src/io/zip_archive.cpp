#include "io/zip_archive.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <cstdint>
#include <memory>

#include "core/input_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// MS-DOS' first day, 1980-01-01.
constexpr std::uint16_t kFirstDay = (1U << 5) | 1U;

/// What is not closed by then is thrown away.
using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using Source = std::unique_ptr<zip_source_t, decltype(&zip_source_free)>;
using Member = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

[[noreturn]] void writing_failed(zip_error_t* error) {
  throw Error(fmt::format("a .npz file cannot be made: {}", zip_error_strerror(error)));
}

void add(zip_t* archive, const std::string& name, const std::string& content) {
  zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
  if (source == nullptr) writing_failed(zip_get_error(archive));
  const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    writing_failed(zip_get_error(archive));
  }
  const auto member = static_cast<zip_uint64_t>(index);
  if (zip_set_file_compression(archive, member, ZIP_CM_STORE, 0) != 0 ||
      zip_file_set_dostime(archive, member, 0, kFirstDay, 0) != 0)
    writing_failed(zip_get_error(archive));
}

std::string content_of(zip_source_t* source) {
  zip_stat_t facts;
  if (zip_source_open(source) != 0 || zip_source_stat(source, &facts) != 0)
    writing_failed(zip_source_error(source));
  std::string bytes(facts.size, '\0');
  const zip_int64_t read = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (read != static_cast<zip_int64_t>(bytes.size())) writing_failed(zip_source_error(source));
  return bytes;
}

[[noreturn]] void damaged(const std::string& path, const std::string& what) {
  throw DataError(fmt::format("{} is not a .npz file, or damaged: {}", path, what));
}

/// `bytes` must live as long as the archive.
Archive open_archive(const std::string& path, const std::string& bytes) {
  zip_error_t error;
  zip_error_init(&error);
  Source source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error), zip_source_free);
  Archive archive(source ? zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &error) : nullptr,
                  zip_discard);
  const std::string reason = archive ? "" : zip_error_strerror(&error);
  zip_error_fini(&error);
  if (!archive) damaged(path, reason);
  source.release();  // the archive's now
  return archive;
}

/// A damaged size must not become a request for all memory.
void require_possible(const std::string& path, const zip_stat_t& facts) {
  constexpr std::uint64_t kMostOfDeflate = 1100;  // no stream gives more bytes for one
  constexpr std::uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((facts.valid & kNeeded) != kNeeded) damaged(path, "a member has no size or no name");
  if (facts.comp_method != ZIP_CM_STORE && facts.comp_method != ZIP_CM_DEFLATE)
    damaged(path, "a member is compressed in a way that NumPy does not use");
  if (facts.size / kMostOfDeflate > facts.comp_size) damaged(path, "a member's size is impossible");
}

std::string content_of(zip_t* archive, zip_uint64_t index, const zip_stat_t& facts, const std::string& path) {
  const Member member(zip_fopen_index(archive, index, 0), zip_fclose);
  if (!member) damaged(path, fmt::format("{}: {}", facts.name, zip_strerror(archive)));
  std::string content(facts.size, '\0');
  char more = 0;  // the checksum is compared where the end is met
  const bool whole =
      zip_fread(member.get(), content.data(), content.size()) == static_cast<zip_int64_t>(content.size()) &&
      zip_fread(member.get(), &more, 1) == 0;
  if (!whole) damaged(path, fmt::format("{}: {}", facts.name, zip_file_strerror(member.get())));
  return content;
}

}  // namespace

std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& members) {
  zip_error_t error;
  zip_error_init(&error);
  const Source bytes(zip_source_buffer_create(nullptr, 0, 0, &error), zip_source_free);
  if (!bytes) writing_failed(&error);
  zip_source_keep(bytes.get());  // the archive takes one count, and this function has the other
  Archive archive(zip_open_from_source(bytes.get(), ZIP_TRUNCATE, &error), zip_discard);
  if (!archive) writing_failed(&error);
  for (const auto& [name, content] : members) add(archive.get(), name, content);
  if (zip_close(archive.get()) != 0) writing_failed(zip_get_error(archive.get()));
  archive.release();  // closed
  return content_of(bytes.get());
}

std::vector<std::pair<std::string, std::string>> unzip(const std::string& path) {
  const std::string bytes = read_whole(path);
  const Archive archive = open_archive(path, bytes);
  std::vector<std::pair<std::string, std::string>> members;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    zip_stat_t facts;
    if (zip_stat_index(archive.get(), index, 0, &facts) != 0) damaged(path, zip_strerror(archive.get()));
    require_possible(path, facts);
    members.emplace_back(facts.name, content_of(archive.get(), index, facts, path));
  }
  return members;
}

}  // namespace jetrain
