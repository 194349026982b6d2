#include "row_kernels/message_edges.hpp"

#include "random_messages.hpp"

namespace jetrain::kernels {
namespace {

TEST(MessageEdges, MomentsAreTheReferences) {
  for_each_example([](const RandomMessages& e) {
    std::vector<float> results[2];
    for (int which = 0; which < 2; ++which) {
      AlignedBuffer<float> memory(static_cast<std::size_t>(row_moments_floats(e.channels)));
      RowMoments moments = start_moments(e.channels, memory.data());
      const auto add = which == 0 ? add_message_moments : reference::add_message_moments;
      e.for_each_block(which == 0 ? 512 : 1 << 20,
                       [&](std::int64_t first, std::int64_t last) { add(e.terms, first, last, moments); });
      results[which].resize(static_cast<std::size_t>(2 * e.channels));
      finish_moments(moments, results[which].data(), results[which].data() + e.channels);
    }
    expect_same(results[0], results[1]);
  });
}

TEST(MessageEdges, GatheredMessagesAreTheReferences) {
  for_each_example([](const RandomMessages& e) {
    e.for_each_block(300, [&](std::int64_t first, std::int64_t last) {
      RowMatrix h(last - first, e.channels);
      RowMatrix reference(last - first, e.channels);
      gather_messages(e.terms, first, last, e.line, h);
      reference::gather_messages(e.terms, first, last, e.line, reference);
      expect_same(h, reference);
    });
  });
}

TEST(MessageEdges, SumsOfTheNormsGradientsAreTheReferences) {
  for_each_example([](const RandomMessages& e) {
    PaddedVector sums[4]{PaddedVector(e.channels), PaddedVector(e.channels), PaddedVector(e.channels),
                         PaddedVector(e.channels)};
    e.for_each_block(512, [&](std::int64_t first, std::int64_t last) {
      const RowMatrix dh = e.dh.part(first, last);
      message_line_sums(e.terms, dh, first, last, e.line, sums[0].data(), sums[1].data());
      reference::message_line_sums(e.terms, dh, first, last, e.line, sums[2].data(), sums[3].data());
    });
    expect_same_channels(sums[0], sums[2], e.channels);
    expect_same_channels(sums[1], sums[3], e.channels);
  });
}

TEST(MessageEdges, ScatteredGradientsAreTheReferences) {
  for_each_example([](const RandomMessages& e) {
    struct Result {
      explicit Result(const RandomMessages& of)
          : du(of.rows, of.channels),
            dv(of.rows, of.channels),
            da(of.channels),
            db(of.channels),
            dnorms(static_cast<std::size_t>(of.count)),
            ddots(static_cast<std::size_t>(of.count)) {}
      MessageGradients gradients() { return {du, dv, da.data(), db.data(), dnorms.data(), ddots.data()}; }
      RowMatrix du, dv;
      PaddedVector da, db;
      std::vector<float> dnorms, ddots;
    };
    Result kernel(e);
    Result scalar(e);
    scatter_messages(e.terms, e.dh, e.line, e.back, kernel.gradients());
    reference::scatter_messages(e.terms, e.dh, e.line, e.back, scalar.gradients());
    expect_same(kernel.du, scalar.du);
    expect_same(kernel.dv, scalar.dv);
    expect_same_channels(kernel.da, scalar.da, e.channels);
    expect_same_channels(kernel.db, scalar.db, e.channels);
    expect_same(kernel.dnorms, scalar.dnorms);
    expect_same(kernel.ddots, scalar.ddots);
  });
}

}  // namespace
}  // namespace jetrain::kernels
