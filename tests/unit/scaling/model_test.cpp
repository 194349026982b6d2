#include "scaling/model.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "jetrain/error.hpp"
#include "scaling/projection_report.hpp"

namespace jetrain {
namespace {

/// A machine that obeys the model exactly.
PerformanceModel true_model() {
  PerformanceModel m;
  m.leaf = 1e-3;
  m.step = 2e-4;
  m.update = 1e-4;
  m.other = 5e-5;
  m.jitter = 3e-5;
  m.share = 2e-11;
  m.barrier = 1e-6;
  m.add = 1e-10;
  m.jet = 1e-7;
  m.forward = 3e-4;
  m.score = 1e-8;
  m.save = 0.01;
  return m;
}

ScalingMeasurement measured(int ranks, int threads, std::int64_t batch, const PerformanceModel& machine) {
  ScalingMeasurement m;
  m.point = {ScalingMode::strong, ranks, threads, 0};
  m.batch_size = batch;
  m.training_jets = 10'000;
  m.validation_jets = 4000;
  m.steps = (m.training_jets + batch - 1) / batch;
  m.epochs = 2;
  m.parameters = 200'000;
  m.fma_gflops = 100.0 * ranks * threads;
  Network node;
  node.ranks_per_node = ranks;
  const EpochTime time = machine.predict(workload_of(m), ranks, threads, node);
  for (const EpochPhase& phase : epoch_phases()) m.seconds[phase.name] = 2 * time.*phase.seconds;
  m.seconds["epochs"] = 2 * time.training();
  m.seconds["metrics"] = 2 * machine.score * 4000;
  m.communication.add_byte_seconds = machine.add;
  for (const double bytes : {1000.0, 100'000.0}) {
    if (ranks > 1)
      m.communication.allreduce[static_cast<std::int64_t>(bytes)] =
          machine.allreduce_seconds(bytes, ranks, node);
  }
  return m;
}

std::vector<ScalingMeasurement> study() {
  std::vector<ScalingMeasurement> points;
  for (const std::int64_t batch : {32, 64, 256}) {
    for (const int ranks : {1, 2, 4}) points.push_back(measured(ranks, 1, batch, true_model()));
  }
  return points;
}

TEST(PerformanceModel, AddsUpAnEpochAsItsFormulasSay) {
  const PerformanceModel m = true_model();
  Network network;
  network.latency_seconds = 1e-5;
  network.bandwidth = 1e9;
  network.message_seconds = 2e-6;
  network.ranks_per_node = 2;
  const Workload work{1000, 320, 128, 100'000, true};  // 8 steps, the last of 104 jets: 7 leaves
  const EpochTime time = m.predict(work, 8, 1, network);
  EXPECT_NEAR(time.compute, 8 * (2e-4 + 1e-3), 1e-12);
  EXPECT_NEAR(time.update, 8e-4, 1e-12);
  EXPECT_NEAR(time.wait, 8 * (5e-5 + 3 * 3e-5), 1e-12);
  const double bytes = 8e5;
  const double in_node = 1e-6 + 2e-11 * bytes;
  const double between = 4 * 1e-5 + 2 * 0.75 * bytes / 1e9 + 0.75 * bytes * 1e-10 / 2;
  EXPECT_NEAR(time.allreduce, 8 * (in_node + between), 1e-9);
  EXPECT_NEAR(time.redistribute, 125 * 1e-7 + (2 * 1e-5 + 6 * 2e-6) + 250 * 0.75 * 280 / 1e9, 1e-9);
  EXPECT_NEAR(time.validate, 3 * 3e-4 + 320 * 1e-8 + 320 * 4 / 1e9 + 28 * 1e-5, 1e-9);
  EXPECT_NEAR(time.save, 0.01 + 12 * 1e-5, 1e-9);
}

TEST(PerformanceModel, SendsJetsOfTheirOwnSize) {
  Network network;
  network.bandwidth = 1e9;
  Workload work{1000, 320, 128, 100'000, true};
  const double images = true_model().predict(work, 4, 1, network).redistribute;
  work.jet_bytes = 809;  // 49 constituents, their sum, and counts
  EXPECT_NEAR(true_model().predict(work, 4, 1, network).redistribute - images, 250 * 0.75 * (809 - 280) / 1e9,
              1e-12);
}

TEST(PerformanceModel, LetsRankZeroValidateAlone) {
  Workload work{1000, 3200, 128, 10, false};
  EXPECT_NEAR(true_model().predict(work, 4, 2, {}).validate, 100 * 3e-4 + 3200 * 1e-8 + 28 * 2e-6, 1e-9);
}

TEST(PerformanceModel, PaysForSwitchesThatAreOversubscribed) {
  Network network;
  network.nodes_per_switch = 4;
  network.oversubscription = 3;
  Network flat;
  const double bytes = 1e6;
  const PerformanceModel m = true_model();
  // Of 16 nodes, exchanges at distance 8 and 4 cross switches: half and a quarter of the bytes, both ways.
  EXPECT_NEAR(m.allreduce_seconds(bytes, 16, network) - m.allreduce_seconds(bytes, 16, flat),
              2 * 2 * 0.75 * bytes / flat.bandwidth, 1e-9);
}

TEST(PerformanceModel, IsFoundAgainFromWhatItSays) {
  const PerformanceModel fitted = fit_model(study());
  const PerformanceModel wanted = true_model();
  for (const auto member : {&PerformanceModel::leaf, &PerformanceModel::step, &PerformanceModel::update,
                            &PerformanceModel::other, &PerformanceModel::jitter, &PerformanceModel::share,
                            &PerformanceModel::barrier, &PerformanceModel::add, &PerformanceModel::jet,
                            &PerformanceModel::forward, &PerformanceModel::score, &PerformanceModel::save})
    EXPECT_NEAR(fitted.*member, wanted.*member, 1e-6 * wanted.*member);
}

TEST(PerformanceModel, NeverTakesLessThanNothing) {
  // More steps for the same leaves are quicker here, which only a negative time of a step could explain.
  PerformanceModel odd = true_model();
  odd.step = -1e-4;
  std::vector<ScalingMeasurement> points = {measured(1, 1, 32, odd), measured(1, 1, 256, odd)};
  EXPECT_EQ(fit_model(points).step, 0);
  EXPECT_GT(fit_model(points).leaf, 0);
}

TEST(HeldOutPoints, AreToldExactlyWhereTheMachineObeysTheModel) {
  const std::vector<HeldOut> all = held_out(study(), {});
  ASSERT_EQ(all.size(), 9U);
  for (const HeldOut& h : all) EXPECT_NEAR(h.error(), 0, 1e-6);
}

TEST(HeldOutPoints, ShowAPointThatDoesNotFit) {
  std::vector<ScalingMeasurement> points = study();
  for (auto& [phase, seconds] : points[4].seconds) seconds *= 1.5;
  double worst = 0;
  for (const HeldOut& h : held_out(points, {})) worst = std::min(worst, h.error());
  EXPECT_NEAR(worst, 1 / 1.5 - 1, 0.02);
}

TEST(HeldOutPoints, OnSeveralHostsAreNeverFitted) {
  std::vector<ScalingMeasurement> points = study();
  points.push_back(measured(2, 1, 64, true_model()));
  points.back().hosts = 2;
  for (auto& [phase, seconds] : points.back().seconds) seconds *= 2;
  const PerformanceModel fitted = fit_model(points);
  EXPECT_NEAR(fitted.leaf, true_model().leaf, 1e-9);
  const std::vector<HeldOut> all = held_out(points, {});
  EXPECT_EQ(all.back().measurement.hosts, 2);
  EXPECT_LT(all.back().error(), -0.4);
  EXPECT_THROW(fit_model({points.back()}), DataError);
}

TEST(Projection, NamesWhatBreaksFirst) {
  ProjectionPlan plan;
  plan.ranks = {1, 64, 1024};
  plan.network.bandwidth = 1e8;
  const Projection p = project(study(), plan);
  ASSERT_EQ(p.rows.size(), 6U);
  EXPECT_DOUBLE_EQ(p.rows[0].efficiency, 1);
  EXPECT_DOUBLE_EQ(p.rows[3].whole_efficiency, 1);
  EXPECT_EQ(p.rows[1].largest_loss, "allreduce");
  EXPECT_LT(p.rows[2].efficiency, p.rows[1].efficiency);
  EXPECT_EQ(p.rows[5].work.batch_size, 65'536);
  EXPECT_NE(to_text(p).find("allreduce breaks first"), std::string::npos);
}

TEST(Projection, ShowsItsEfficienciesAndWhereTheTimeGoes) {
  ProjectionPlan plan;
  plan.ranks = {1, 64};
  plan.threads = 2;
  const Projection p = project(study(), plan);
  std::map<std::string, std::string> scripts;
  std::string html;
  for (const PageSection& section : page_sections(p)) {
    html += section.html;
    for (const Figure& figure : section.figures) scripts[figure.name] = figure.script;
  }
  ASSERT_EQ(scripts.size(), 3U);
  const std::string& efficiency = scripts.at("efficiency");
  EXPECT_NE(efficiency.find(fmt::format("$line3 << END_OF_DATA\n2 {:.6g}\n128 {:.6g}\nEND_OF_DATA",
                                        p.rows[2].whole_efficiency, p.rows[3].whole_efficiency)),
            std::string::npos)
      << efficiency;
  EXPECT_NE(efficiency.find("title 'weak, whole epoch'"), std::string::npos);
  EXPECT_NE(scripts.at("shares_strong")
                .find(fmt::format("\n64 {:.6g} ", p.rows[1].time.compute / p.rows[1].time.all())),
            std::string::npos);
  EXPECT_NE(scripts.at("shares_weak").find("title 'redistribute'"), std::string::npos);
  for (const auto& [name, script] : scripts) EXPECT_EQ(script.find("nan"), std::string::npos) << name;
  EXPECT_NE(html.find("Network: 100 Gbit/s, 2 us latency"), std::string::npos);
  EXPECT_NE(html.find("Measured points, each left out of the fit"), std::string::npos);
}

TEST(Projection, RefusesPointsOfTwoNetworks) {
  std::vector<ScalingMeasurement> points = study();
  points[3].parameters += 1;
  ProjectionPlan plan;
  plan.ranks = {2};
  EXPECT_THROW(project(points, plan), DataError);
}

TEST(Projection, GivesWeakScalingJetsOfItsOwnOrSharesThemAll) {
  ProjectionPlan plan;
  plan.ranks = {4};
  plan.threads = 2;
  EXPECT_EQ(project(study(), plan).rows[1].work.training_jets, 1'200'000);
  plan.weak_jets = 3000;
  const Projection own = project(study(), plan);
  EXPECT_EQ(own.rows[1].work.training_jets, 24'000);
  EXPECT_EQ(own.rows[1].work.validation_jets, 8000);
  EXPECT_EQ(own.rows[0].work.training_jets, 1'200'000);
}

}  // namespace
}  // namespace jetrain
