#include "nn/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/aligned_buffer.hpp"
#include "jetrain/error.hpp"
#include "kernels/lanes.hpp"
#include "nn/layers.hpp"
#include "nn/model.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

Graph graph_of(const std::string& layers) {
  const Config config = parse_config("model: {layers: [" + layers + "]}\n", "test.yaml", {}, false);
  return build_graph(config.model, ModelInput(Shape::image(1, 8, 6), 3), LayerActivation::softmax);
}

const std::string kNetwork =
    "conv2d: {filters: 2, kernel: 3, padding: same, activation: relu}, residual: {layers: [conv2d: {filters: "
    "2, kernel: "
    "1}, tanh]}, flatten, features, dense: {units: 2, activation: softmax}";

TEST(Graph, FindsActivationsByTheirNames) {
  const Graph graph = graph_of(kNetwork);
  EXPECT_EQ(graph.names.resolve("input"), 0U);
  EXPECT_EQ(graph.names.resolve("features"), 1U);
  for (const Node& node : graph.nodes) {
    EXPECT_EQ(graph.names.resolve(node.name), node.output);
    EXPECT_EQ(graph.activations[node.output].name, node.name);
  }
  EXPECT_EQ(graph.nodes[graph.activations[graph.names.resolve("conv2d_1")].producer].layer->inputs().front(),
            Shape::image(2, 8, 6));
}

TEST(ActivationNames, MayGiveAnActivationASecondName) {
  Graph graph = graph_of(kNetwork);
  graph.names.add("u", graph.names.resolve("tanh"));
  EXPECT_EQ(graph.names.resolve("u"), graph.names.resolve("tanh"));
  EXPECT_THAT(test::refusal_of([&] { graph.names.add("u", 0); }), HasSubstr("the name u is taken"));
  EXPECT_THAT(test::refusal_of([&] { graph.names.add("dense", 0); }), HasSubstr("the name dense is taken"));
}

TEST(ActivationNames, NameWhatThereIsWhereOneIsUnknown) {
  ActivationNames names;
  names.add("input", 0);
  names.add("conv2d", 2);
  EXPECT_THAT(test::refusal_of([&] { names.resolve("u"); }),
              HasSubstr("nothing before this layer is called u; there is input, conv2d"));
}

TEST(ActivationNames, NumberTheLayersOfAKind) {
  ActivationNames names;
  EXPECT_EQ(names.next_of_kind("dense"), "dense");
  EXPECT_EQ(names.next_of_kind("conv2d"), "conv2d");
  EXPECT_EQ(names.next_of_kind("dense"), "dense_1");
}

TEST(Graph, ComputesAReluWithTheLayerBeforeItAndSaysOnTheEdgeHowTheGradientPasses) {
  const Graph graph = graph_of(kNetwork);
  const auto node = [&](const char* name) -> const Node& {
    return graph.nodes[graph.activations[graph.names.resolve(name)].producer];
  };
  EXPECT_TRUE(node("conv2d").rectifies);
  EXPECT_TRUE(node("add").rectifies);
  EXPECT_FALSE(node("conv2d_1").rectifies);
  // Into the network's inputs no gradient goes.
  EXPECT_FALSE(node("conv2d").wants_gradients());
  EXPECT_FALSE(node("concatenate").inputs[1].wants_gradient);
  EXPECT_TRUE(node("concatenate").inputs[0].wants_gradient);
  // The rectified output of conv2d goes into a convolution, which masks as it writes, and into the sum, which
  // cannot. The sum comes first on the way back, so the convolution adds.
  EXPECT_EQ(node("conv2d_1").inputs[0].mask, Edge::Mask::by_the_layer);
  EXPECT_EQ(node("add").inputs[1].mask, Edge::Mask::afterwards);
  EXPECT_EQ(node("add").inputs[0].mask, Edge::Mask::none);
  EXPECT_EQ(node("add").inputs[1].spare, kNoIndex);
  EXPECT_EQ(node("conv2d_1").inputs[0].spare, 0U);
  EXPECT_EQ(graph.spares, std::vector<std::size_t>{node("conv2d").output});
}

/// Why a network of sets of three features, and of high-level features where they are wanted, is refused.
std::string refusal_of_sets(const std::string& layers, std::int64_t high_level = 0) {
  return test::refusal_of([&] {
    const Config config =
        parse_config("input: constituents\nmodel: {layers: [" + layers + "]}\n", "test.yaml", {}, false);
    const Model model(config.model, {Shape::set(3), high_level}, config.train.loss);
  });
}

TEST(Graph, SaysWhereAPoolIsMissing) {
  const std::string ends = ", dense: {units: 2, activation: softmax}";
  EXPECT_THAT(
      refusal_of_sets("dense: {units: 4}, flatten" + ends),
      HasSubstr("model.layers[1]: flatten needs an image or a vector, but its input is the set (n, 4): "
                "put a pool"));
  EXPECT_THAT(refusal_of_sets("dense: {units: 4}" + ends), HasSubstr("the last layer gives the set (n, 2)"));
  EXPECT_THAT(refusal_of_sets("mean_pool" + ends, 2), HasSubstr("put a features layer after the pool"));
}

TEST(Graph, LorentzBlocksAmongHighLevelFeaturesAreRefused) {
  EXPECT_THAT(refusal_of_sets("mean_pool, features: {layers: [lorentz_blocks, mean_pool]}, dense: {units: 2, "
                              "activation: softmax}",
                              2),
              HasSubstr("make it the first layer"));
}

TEST(Graph, PairsAreFoundByAttentionInAResidualBlock) {
  EXPECT_EQ(refusal_of_sets("pairs: {name: u, units: [4]}, dense: {units: 4}, residual: {layers: [attention: "
                            "{bias: u, heads: 2}]}, mean_pool, dense: {units: 2, activation: softmax}"),
            "");
}

TEST(Graph, GivesEachFurtherUseOfAnActivationInOneLayerABufferOfItsOwn) {
  Graph graph;
  const Shape shape = Shape::vector(2);
  graph.activations = {{"input", shape}, {"dense", shape, 0}, {"add", shape, 1}};
  graph.nodes.resize(2);
  graph.nodes[0] = {
      .layer = make_layer(DenseConfig{.units = 2}, shape), .name = "dense", .inputs = {{0}}, .output = 1};
  graph.nodes[1] = {
      .layer = make_add({shape, shape, shape}), .name = "add", .inputs = {{1}, {1}, {1}}, .output = 2};
  connect(graph);
  EXPECT_EQ(graph.nodes[1].inputs[0].spare, kNoIndex);
  EXPECT_EQ(graph.nodes[1].inputs[1].spare, 0U);
  EXPECT_EQ(graph.nodes[1].inputs[2].spare, 1U);
}

/// A vector of two features in a leaf's buffer, or more, whose every lane is `value`.
class Vector {
 public:
  explicit Vector(std::size_t features, float value = 0) : values_(features * kLanes) {
    std::fill(values_.span().begin(), values_.span().end(), value);
  }
  Planes planes() {
    const auto floats = static_cast<std::int64_t>(values_.size());
    return {values_.data(), 1, 1, floats / kLanes, floats, floats};
  }
  std::vector<float> values() { return {values_.span().begin(), values_.span().end()}; }

 private:
  AlignedBuffer<float> values_;
};

TEST(Joins, TakeAnyNumberOfInputs) {
  Vector a(2, -5), b(2, 1), c(2, 2), sum(2);
  const std::vector<ConstPlanes> inputs{a.planes(), b.planes(), c.planes()};
  LayerPass pass;
  pass.inputs = inputs;
  const std::unique_ptr<Layer> add = make_add(std::vector<Shape>(3, Shape::vector(2)));
  add->forward(pass, sum.planes());
  EXPECT_THAT(sum.values(), testing::Each(-2.0F));
  pass.rectify = true;
  add->forward(pass, sum.planes());
  EXPECT_THAT(sum.values(), testing::Each(0.0F));

  pass.rectify = false;
  Vector joined(6), da(2), dc(2);
  const std::unique_ptr<Layer> concatenate = make_concatenate(std::vector<Shape>(3, Shape::vector(2)));
  concatenate->forward(pass, joined.planes());
  const std::vector<InputGradient> gradients{{da.planes()}, {}, {dc.planes()}};
  concatenate->backward_inputs(pass, joined.planes(), joined.planes(), gradients);
  EXPECT_EQ(da.values(), a.values());
  EXPECT_EQ(dc.values(), c.values());
}

}  // namespace
}  // namespace jetrain
