#include "telemetry/event_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "core/host_name.hpp"
#include "core/output_file.hpp"
#include "jetrain/error.hpp"
#include "tensorboard.pb.h"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

constexpr double kSecondsBetweenFlushes = 2;
constexpr std::size_t kBuckets = 64;

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

tensorboard::Event event_at(std::int64_t step) {
  tensorboard::Event event;
  event.set_wall_time(seconds_since_1970());
  event.set_step(step);
  return event;
}

/// Little-endian, as all of TFRecord.
template <class Integer>
std::string bytes_of(Integer value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
  return bytes;
}

/// TFRecord turns and shifts its checksums, since checksums of data that hold checksums are weak.
std::string masked_checksum(const std::string& bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return bytes_of(std::uint32_t{((crc >> 15) | (crc << 17)) + 0xA282EAD8U});
}

/// As part of a file name.
std::string host_word() {
  std::string word = host_name();
  for (char& c : word) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_';
    if (!plain) c = '_';
  }
  return word;
}

std::string record_of(const std::string& event) {
  const std::string length = bytes_of(std::uint64_t{event.size()});
  return length + masked_checksum(length) + event + masked_checksum(event);
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    table[byte] = crc;
  }
  return table;
}

}  // namespace

std::uint32_t crc32c(std::span<const char> bytes) noexcept {
  static constexpr std::array<std::uint32_t, 256> kTable = make_crc_table();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<std::uint8_t>(byte)) & 0xFFU];
  return ~crc;
}

EventFile::EventFile(const std::string& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) throw DataError(fmt::format("cannot make the folder {}: {}", folder, failure.message()));
  path_ =
      fmt::format("{}/events.out.tfevents.{:.0f}.{}.{}", folder, seconds_since_1970(), host_word(), getpid());
  tensorboard::Event first = event_at(0);
  first.set_file_version("brain.Event:2");
  write_text(path_, record_of(first.SerializeAsString()));
  flushed_at_ = seconds_since_1970();
}

EventFile::~EventFile() {
  try {
    flush();
  } catch (const DataError&) {  // nobody is left to be told
  }
}

void EventFile::scalars(std::int64_t step, const std::vector<Scalar>& values) {
  tensorboard::Event event = event_at(step);
  for (const Scalar& scalar : values) {
    if (!std::isfinite(scalar.value)) continue;
    tensorboard::Summary::Value* value = event.mutable_summary()->add_value();
    value->set_tag(scalar.tag);
    value->set_simple_value(static_cast<float>(scalar.value));
  }
  append(event.SerializeAsString());
}

void EventFile::histogram(std::int64_t step, const std::string& tag, std::span<const float> values) {
  if (values.empty()) return;
  const auto [least, largest] = std::minmax_element(values.begin(), values.end());
  const double low = *least;
  const double width = (static_cast<double>(*largest) - low) / static_cast<double>(kBuckets);
  std::array<double, kBuckets> counts{};
  double sum = 0;
  double sum_squares = 0;
  for (const double value : values) {
    const double bucket = width > 0 ? (value - low) / width : 0;
    counts[std::min(static_cast<std::size_t>(bucket), kBuckets - 1)] += 1;
    sum += value;
    sum_squares += value * value;
  }
  tensorboard::Event event = event_at(step);
  tensorboard::Summary::Value* value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  tensorboard::HistogramProto* histogram = value->mutable_histo();
  histogram->set_min(low);
  histogram->set_max(*largest);
  histogram->set_num(static_cast<double>(values.size()));
  histogram->set_sum(sum);
  histogram->set_sum_squares(sum_squares);
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const bool last = i + 1 == kBuckets || width == 0;
    histogram->add_bucket_limit(last ? *largest : low + width * static_cast<double>(i + 1));
    histogram->add_bucket(counts[i]);
    if (last) break;
  }
  append(event.SerializeAsString());
}

void EventFile::image(std::int64_t step, const std::string& tag, const Picture& picture) {
  tensorboard::Event event = event_at(step);
  tensorboard::Summary::Value* value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  tensorboard::Summary::Image* image = value->mutable_image();
  image->set_height(static_cast<std::int32_t>(picture.rows));
  image->set_width(static_cast<std::int32_t>(picture.columns));
  image->set_colorspace(3);
  image->set_encoded_image_string(png_of(picture));
  append(event.SerializeAsString());
}

void EventFile::append(const std::string& event) {
  waiting_ += record_of(event);
  if (seconds_since_1970() - flushed_at_ >= kSecondsBetweenFlushes) flush();
}

void EventFile::flush() {
  if (waiting_.empty()) return;
  append_text(path_, waiting_);
  waiting_.clear();
  flushed_at_ = seconds_since_1970();
}

}  // namespace jetrain
