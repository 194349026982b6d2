#include "config/yaml_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>

#include <cstdint>
#include <istream>
#include <map>
#include <streambuf>
#include <vector>

#include "config/config.hpp"

namespace jetrain {
namespace {

using Fail = std::function<void(int line, const std::string& what)>;

// Far above what anybody needs: the longest configs name some thousand files.
constexpr std::int64_t kMostValues = 1'000'000;
constexpr std::int64_t kMostCharacters = std::int64_t{64} << 20;
constexpr std::size_t kDeepest = 100;

/// Reads a string without a copy of it.
class StringBuffer : public std::streambuf {
 public:
  explicit StringBuffer(const std::string& text) {
    char* const begin =
        const_cast<char*>(text.data());  // which a get area is declared as, and does not write
    setg(begin, begin, begin + text.size());
  }
};

/// Hears of a text's values in their order, and keeps of them only how many there are, under each anchor too.
class BoundsCheck : public YAML::EventHandler {
 public:
  explicit BoundsCheck(const Fail& fail) : fail_(fail), open_(1) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark&, const std::string& name) override { last_name_ = name; }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { take(mark, anchor, {1, 0}); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    take(mark, anchor, {1, static_cast<std::int64_t>(value.size())});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = sizes_.find(anchor);
    if (known == sizes_.end())  // its anchor is still open
      fail_(mark.line, fmt::format("the alias *{} stands inside of what it stands for", names_[anchor]));
    take(mark, 0, known->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Size {
    std::int64_t values = 0;
    std::int64_t characters = 0;
  };
  /// A list or section that has not ended yet; the first stands for the whole text.
  struct Open {
    YAML::Mark mark;
    YAML::anchor_t anchor = 0;  ///< 0: none
    Size size;
  };

  void begin(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() > kDeepest)
      fail_(mark.line, fmt::format("lists and sections are nested more than {} deep", kDeepest));
    if (anchor != 0) names_[anchor] = last_name_;
    open_.push_back({mark, anchor, {1, 0}});
  }
  void end() {
    const Open ended = open_.back();
    open_.pop_back();
    take(ended.mark, ended.anchor, ended.size);
  }
  /// Each size is bounded, so that no sum of two overflows.
  void take(const YAML::Mark& mark, YAML::anchor_t anchor, const Size& size) {
    if (anchor != 0) sizes_[anchor] = size;
    Size& all = open_.back().size;
    all.values += size.values;
    all.characters += size.characters;
    if (all.values > kMostValues || all.characters > kMostCharacters) {
      fail_(mark.line,
            fmt::format("up to here are more than {} values, or {} MB of them, where each alias counts "
                        "as all that it stands for",
                        kMostValues, kMostCharacters >> 20));
    }
  }

  const Fail& fail_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Size> sizes_;  ///< of what has ended
  std::map<YAML::anchor_t, std::string> names_;
  std::string last_name_;
};

}  // namespace

YAML::Node load_yaml(const std::string& text, const Fail& fail) {
  if (text.size() > kLongestConfig)
    fail(-1, fmt::format("is longer than a config can be ({} MB)", kLongestConfig >> 20));
  StringBuffer buffer(text);
  std::istream in(&buffer);
  BoundsCheck check(fail);
  YAML::Parser(in).HandleNextDocument(check);
  return YAML::Load(text);
}

}  // namespace jetrain
