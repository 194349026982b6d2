#include "config/config_reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <variant>
#include <vector>

#include "config/schema.hpp"

namespace jetrain {
namespace {

struct Row {
  std::string key;
  std::string standard;  ///< the default
  std::string meaning;
  std::string values;  ///< what it may be
};

/// "the [losses](#losses)"
template <schema::Choice T>
std::string link_to() {
  std::string name = T::kGroup;
  name.front() = static_cast<char>(std::tolower(name.front()));
  std::string anchor = name;
  std::replace(anchor.begin(), anchor.end(), ' ', '-');
  return fmt::format("the [{}](#{})", name, anchor);
}

/// Each with its meaning, where it has one.
template <Worded E>
std::string words_text() {
  std::vector<std::string> words;
  bool meanings = false;
  for (const E value : kValues<E>) {
    const Word word = word_of(value);
    const bool has_one = *word.meaning != '\0';
    words.push_back(has_one ? fmt::format("`{}`: {}", word.text, word.meaning)
                            : fmt::format("`{}`", word.text));
    meanings = meanings || has_one;
  }
  return fmt::format("{}", fmt::join(words, meanings ? "; " : ", "));
}

/// What a list holds.
template <class Entry>
std::string entries_text() {
  if constexpr (schema::Choice<Entry>) {
    return link_to<Entry>();
  } else if constexpr (schema::Section<Entry>) {
    return "sections";
  } else if constexpr (std::is_integral_v<Entry>) {
    return "whole numbers";
  } else if constexpr (std::is_floating_point_v<Entry>) {
    return "numbers";
  } else {
    return "words, or one word";
  }
}

/// The type, what the rule leaves of it, and the words.
template <class T>
std::string values_text(const std::string& range) {
  const std::string rest = range.empty() ? "" : ", " + range;
  if constexpr (schema::Choice<T>) {
    return "one of " + link_to<T>();
  } else if constexpr (schema::Pair<T>) {
    return "a whole number, or [rows, columns]" + rest;
  } else if constexpr (schema::Edges<T>) {
    return "a list of numbers" + rest + ", or `{from, to, count}`: equal bins";
  } else if constexpr (schema::Factors<T>) {
    return "a section of `pattern: number` lines, each above 0";
  } else if constexpr (schema::List<T>) {
    using Entry = typename T::value_type;
    const std::string list = "a list of " + entries_text<Entry>() + rest;
    if constexpr (Worded<Entry>) return list + ": " + words_text<Entry>();
    return list;
  } else if constexpr (Worded<T>) {
    return words_text<T>();
  } else {
    return schema::type_name<T>() + rest;
  }
}

template <class T>
std::string value_text(const T& value) {
  if constexpr (schema::Choice<T>) {
    return std::visit([](const auto& kind) { return std::string(std::decay_t<decltype(kind)>::kName); },
                      value.kind);
  } else if constexpr (schema::List<T>) {
    if (value.empty()) return "none";
    if constexpr (Worded<typename T::value_type>)
      return fmt::format("[{}]", fmt::join(words_of(value), ", "));
    if constexpr (schema::Choice<typename T::value_type>) {
      std::vector<std::string> names;
      for (const auto& entry : value) names.push_back(value_text(entry));
      return fmt::format("[{}]", fmt::join(names, ", "));
    }
    return fmt::format("{} entries", value.size());
  } else if constexpr (schema::Factors<T>) {
    return value.of.empty() ? "none" : fmt::format("{} factors", value.of.size());
  } else if constexpr (schema::Edges<T>) {
    return value.used() ? fmt::format("{} bins", value.bins()) : "none";
  } else if constexpr (schema::Pair<T>) {
    return fmt::format("[{}, {}]", value[0], value[1]);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value.empty() ? "none" : value;
  } else {
    return fmt::format("{}", value);
  }
}

/// The rows of one section and of those in it: a visitor for schema::fields.
class RowCollector {
 public:
  RowCollector(std::string prefix, std::vector<Row>& rows) : prefix_(std::move(prefix)), rows_(rows) {}

  template <class T, class Rule = rules::Any>
  void operator()(const char* name, T& value, const char* meaning, const Rule& rule = {}) {
    const std::string key = prefix_ + name;
    if constexpr (schema::Section<T>) {
      collect(key + ".", value);
    } else {
      const bool required = !rule.check(value).empty();  // no default would pass
      rows_.push_back({fmt::format("`{}`", key), required ? "required" : value_text(value), meaning,
                       values_text<T>(rule.range)});
      collect_entries(key, value);
    }
  }

 private:
  template <class T>
  void collect(const std::string& prefix, T& section) {
    RowCollector inner(prefix, rows_);
    schema::fields(inner, section);
  }
  /// Of a list of sections, the keys of an entry.
  template <class T>
  void collect_entries(const std::string& key, T&) {
    if constexpr (schema::List<T>) {
      if constexpr (schema::Section<typename T::value_type>) {
        typename T::value_type entry;
        collect(key + "[].", entry);
      }
    }
  }

  std::string prefix_;
  std::vector<Row>& rows_;
};

template <class T>
std::vector<Row> rows_of(const std::string& prefix, T& section) {
  std::vector<Row> rows;
  RowCollector collector(prefix, rows);
  schema::fields(collector, section);
  return rows;
}

std::string section_table(const std::vector<Row>& rows) {
  std::string text = "| key | default | meaning | may be |\n|---|---|---|---|\n";
  for (const Row& r : rows)
    text += fmt::format("| {} | {} | {} | {} |\n", r.key, r.standard, r.meaning, r.values);
  return text + "\n";
}

/// A table of `seed` and its like, and one of each section: a visitor for the whole config.
class SectionTables {
 public:
  template <class T, class Rule = rules::Any>
  void operator()(const char* name, T& value, const char* meaning, const Rule& rule = {}) {
    if constexpr (schema::Section<T>) {
      sections_ += fmt::format("### {}\n\n{}\n\n{}", name, meaning,
                               section_table(rows_of(name + std::string("."), value)));
    } else {
      RowCollector("", outside_)(name, value, meaning, rule);
    }
  }

  std::string text() const { return section_table(outside_) + sections_; }

 private:
  std::vector<Row> outside_{{"`version`", fmt::format("{}", kConfigVersion),
                             "of what the keys mean: jetrain writes it into every config, and refuses a "
                             "newer jetrain's; yours need none",
                             fmt::format("a whole number, from 1 to {}", kConfigVersion)}};
  std::string sections_;
};

template <class Kind>
std::string kind_rows() {
  std::string text = fmt::format("| `{}` | | | {} | |\n", Kind::kName, Kind::kMeaning);
  Kind kind;
  for (const Row& r : rows_of("", kind))
    text += fmt::format("| | {} | {} | {} | {} |\n", r.key, r.standard, r.meaning, r.values);
  return text;
}
template <class... Kinds>
std::string all_kind_rows(std::type_identity<std::variant<Kinds...>>) {
  return (kind_rows<Kinds>() + ...);
}

template <schema::Choice T>
std::string group_table() {
  return fmt::format("### {}\n\n| name | key | default | meaning | may be |\n|---|---|---|---|---|\n{}\n",
                     T::kGroup, all_kind_rows(std::type_identity<decltype(T::kind)>{}));
}

}  // namespace

std::string config_reference() {
  Config config;
  SectionTables sections;
  schema::fields(sections, config);
  std::string text = sections.text() + group_table<ConstituentFeatureConfig>() + group_table<LayerConfig>() +
                     group_table<InitializerConfig>() + group_table<LossConfig>() +
                     group_table<OptimizerConfig>() + group_table<ScheduleConfig>() +
                     group_table<FamilyConfig>();
  text.resize(text.find_last_not_of('\n') + 1);
  return text;
}

}  // namespace jetrain
