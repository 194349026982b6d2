// opencv_scores MODEL.onnx OUT.f32 NAME=IN.f32:SIZE,SIZE,... ...: what OpenCV's dnn module, an independent
// runtime, makes of an ONNX file. Inputs and scores are raw float32; the sizes are those of one sample.

#include <onnx/onnx_pb.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <opencv2/dnn.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// NAME=FILE:SIZE,SIZE,... as a blob of all the samples that the file holds.
cv::Mat read_input(const std::string& word, std::string& name) {
  const std::size_t equals = word.find('=');
  const std::size_t colon = word.rfind(':');
  name = word.substr(0, equals);
  std::vector<int> sizes{0};
  std::istringstream list(word.substr(colon + 1));
  std::size_t sample = sizeof(float);
  for (std::string size; std::getline(list, size, ',');) {
    sizes.push_back(std::stoi(size));
    sample *= static_cast<std::size_t>(sizes.back());
  }
  std::string bytes = read_bytes(word.substr(equals + 1, colon - equals - 1));
  sizes[0] = static_cast<int>(bytes.size() / sample);
  return cv::Mat(sizes, CV_32F, bytes.data()).clone();
}

/// OpenCV 4.6 cannot join or add inputs whose number of samples is open: it is fixed here.
std::string with_samples(const std::string& bytes, int samples) {
  onnx::ModelProto model;
  if (!model.ParseFromString(bytes)) throw std::runtime_error("not an ONNX file");
  for (onnx::ValueInfoProto& input : *model.mutable_graph()->mutable_input())
    input.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(samples);
  return model.SerializeAsString();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: opencv_scores MODEL.onnx OUT.f32 NAME=IN.f32:SIZE,...\n");
    return 2;
  }
  std::map<std::string, cv::Mat> inputs;
  for (int i = 3; i < argc; ++i) {
    std::string name;
    const cv::Mat blob = read_input(argv[i], name);
    inputs[name] = blob;
  }
  const std::string model = with_samples(read_bytes(argv[1]), inputs.begin()->second.size[0]);
  cv::dnn::Net net = cv::dnn::readNetFromONNX(model.data(), model.size());
  for (const auto& [name, blob] : inputs) net.setInput(blob, name);
  const cv::Mat scores = net.forward("scores");
  std::ofstream out(argv[2], std::ios::binary);
  out.write(reinterpret_cast<const char*>(scores.data),
            static_cast<std::streamsize>(scores.total() * sizeof(float)));
  return out.good() ? 0 : 1;
}
