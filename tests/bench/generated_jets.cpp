#include "generated_jets.hpp"

#include <algorithm>
#include <array>

#include "jetrain/generator.hpp"
#include "jets/image.hpp"

namespace jetrain::bench {
namespace {

std::vector<ReferenceRecord> generate_records() {
  std::vector<ReferenceRecord> records(kGeneratedJets);
#pragma omp parallel for schedule(dynamic, 16)
  for (std::int64_t row = 0; row < kGeneratedJets; ++row) {
    const bool is_top = row % 2 == 0;
    const GeneratedJet jet = generate_jet(1, row, is_top);
    ReferenceRecord& record = records[static_cast<std::size_t>(row)];
    record.index = row;
    std::copy(jet.constituents.begin(), jet.constituents.end(), record.block_0.begin());
    std::copy(jet.truth.begin(), jet.truth.end(), record.block_0.begin() + jet.constituents.size());
    record.block_1 = {static_cast<std::int64_t>(Ttv::train), is_top ? 1 : 0};
  }
  return records;
}

SampleStore make_images() {
  const ImageMaker maker{ImageConfig{}};
  std::array<std::uint16_t, kConstituents> pixels;
  std::array<float, kConstituents> values;
  SampleStore images;
  for (const ReferenceRecord& record : generated_records()) {
    std::int64_t count = 0;
    maker.make(std::span(record.block_0).first<4 * kConstituents>(), pixels.data(), values.data(), count);
    const auto used = static_cast<std::size_t>(count);
    images.append(
        {{{pixels.data(), used}, {values.data(), used}}, static_cast<std::uint8_t>(record.block_1[1])});
  }
  return images;
}

}  // namespace

const std::vector<ReferenceRecord>& generated_records() {
  static const std::vector<ReferenceRecord> records = generate_records();
  return records;
}

const SampleStore& generated_images() {
  static const SampleStore images = make_images();
  return images;
}

}  // namespace jetrain::bench
