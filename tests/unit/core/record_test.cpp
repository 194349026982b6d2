#include "core/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>

#include "core/record_bytes.hpp"
#include "core/record_csv.hpp"
#include "core/record_json.hpp"
#include "core/record_numbers.hpp"
#include "jetrain/error.hpp"
#include "run/run_result.hpp"
#include "scaling/points.hpp"
#include "study/ranking.hpp"
#include "train/training_state.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Part {
  double size = 0;
  std::int64_t pieces = 0;

  template <class Self, class Visitor>
  static void fields(Self& p, Visitor& visit) {
    visit("size", p.size);
    visit("pieces", p.pieces, {.not_in = Place::summary});
  }
};

/// A field of every kind that formats know.
struct Sample {
  std::string name;
  bool good = false;
  int small = 0;
  std::int64_t large = 0;
  double value = 0;
  double rounded = 0;
  float single = 0;
  Part own;
  Part joined;
  std::vector<float> list;
  std::vector<Part> parts;
  std::map<std::string, double> named;
  std::map<std::int64_t, double> numbered;
  std::vector<std::vector<float>> lists;
  std::int64_t rare = 0;
  std::int64_t late = 0;

  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit("name", s.name);
    visit("good", s.good);
    visit("small", s.small);
    visit("large", s.large);
    visit("value", s.value);
    visit("rounded", s.rounded, {.not_in = Place::curves, .digits = 2});
    visit("single", s.single);
    visit("own", s.own);
    visit.joined("joined_", s.joined);
    visit("list", s.list);
    visit("parts", s.parts);
    visit("named", s.named);
    visit("numbered", s.numbered);
    visit("lists", s.lists);
    visit("rare", s.rare, {.omit_default = true});
    visit("late", s.late, {.may_lack = true});
  }
};

Sample sample() {
  Sample s;
  s.name = "a \"name\", with all";
  s.good = true;
  s.small = 3;
  s.large = 9007199254740991;
  s.value = 0.1 + 0.2;
  s.rounded = 1.256;
  s.single = 0.1F;
  s.own = {5.5, 6};
  s.joined = {7.5, 8};
  s.list = {1.5F, 2.5F};
  s.parts = {{9.5, 10}, {11.5, 12}};
  s.named = {{"a", 13.5}, {"b", 14.5}};
  s.numbered = {{15, 16.5}};
  s.lists = {{}, {17.5F}};
  s.rare = 18;
  s.late = 19;
  return s;
}

/// All that a record holds, as text.
std::string text_of(const Sample& s) {
  return json_of(s).dump();
}

TEST(Record, NamesItsFieldsInTheirOrder) {
  EXPECT_THAT(field_names<Sample>(), ElementsAre("name", "good", "small", "large", "value", "rounded",
                                                 "single", "own", "joined_size", "joined_pieces", "list",
                                                 "parts", "named", "numbered", "lists", "rare", "late"));
}

TEST(Record, LeavesFieldsOutWhereTheySay) {
  EXPECT_THAT(field_names<Part>(Place::summary), ElementsAre("size"));
  EXPECT_THAT(field_names<Part>(Place::curves), ElementsAre("size", "pieces"));
  EXPECT_THAT(field_names<Sample>(Place::curves), testing::Not(testing::Contains("rounded")));
  EXPECT_THAT(field_names<Sample>(Place::summary), testing::Not(testing::Contains("joined_pieces")));
}

TEST(Record, StandsInJsonWithEveryField) {
  const Json json = json_of(sample());
  EXPECT_EQ(json.dump(),
            R"({"name":"a \"name\", with all","good":true,"small":3,"large":9007199254740991,)"
            R"("value":0.30000000000000004,"rounded":1.256,"single":0.10000000149011612,)"
            R"("own":{"size":5.5,"pieces":6},"joined_size":7.5,"joined_pieces":8,"list":[1.5,2.5],)"
            R"("parts":[{"size":9.5,"pieces":10},{"size":11.5,"pieces":12}],"named":{"a":13.5,"b":14.5},)"
            R"("numbered":[[15,16.5]],"lists":[[],[17.5]],"rare":18,"late":19})");
  Sample back;
  read_json(Json::parse(json.dump()), back);
  EXPECT_EQ(text_of(back), json.dump());
}

TEST(Record, IsPartOfAJsonRecordInTheSamePlace) {
  const Json json = json_of(sample(), Place::summary);
  EXPECT_EQ(json["own"].dump(), R"({"size":5.5})");
  EXPECT_EQ(json["parts"].dump(), R"([{"size":9.5},{"size":11.5}])");
  EXPECT_FALSE(json.contains("joined_pieces"));
}

TEST(Record, HasNullInJsonWhereANumberIsNotFinite) {
  Sample s = sample();
  s.value = std::numeric_limits<double>::infinity();
  s.own.size = std::numeric_limits<double>::quiet_NaN();
  s.named["a"] = -std::numeric_limits<double>::infinity();
  const Json json = json_of(s);
  EXPECT_TRUE(json["value"].is_null());
  EXPECT_TRUE(json["own"]["size"].is_null());
  EXPECT_TRUE(json["named"]["a"].is_null());
  Sample back;
  read_json(json, back);
  EXPECT_TRUE(std::isnan(back.value));
  EXPECT_TRUE(std::isnan(back.own.size));
  EXPECT_TRUE(std::isnan(back.named["a"]));
}

TEST(Record, InJsonLeavesOutAndLacksOnlyWhatMayBe) {
  Sample s = sample();
  s.rare = 0;
  Json json = json_of(s);
  EXPECT_FALSE(json.contains("rare"));
  json.erase("late");
  Sample back;
  read_json(json, back);
  EXPECT_EQ(back.rare, 0);
  EXPECT_EQ(back.late, 0);
  EXPECT_EQ(back.large, s.large);
  for (const std::string& name : field_names<Sample>()) {
    if (name == "rare" || name == "late") continue;
    Json without = json;
    without.erase(name);
    EXPECT_THROW(read_json(without, back), Json::exception) << name;
  }
}

TEST(Record, InJsonIsRefusedWhereAFieldIsOfAnotherKind) {
  for (const std::string& name : field_names<Sample>()) {
    Json json = json_of(sample());
    json[name] = name == "name" ? Json(3) : Json("text");
    Sample back;
    EXPECT_THROW(read_json(json, back), Json::exception) << name;
  }
}

TEST(Record, TakesWhatIsKnownOfOtherJson) {
  Sample s = sample();
  read_known(Json::parse(R"({"value": 2.5, "small": "text", "large": null, "other": 1})"), s);
  EXPECT_EQ(s.value, 2.5);
  EXPECT_EQ(s.small, 3);
  EXPECT_EQ(s.large, sample().large);
  read_known(Json::parse("[1]"), s);
  EXPECT_EQ(s.value, 2.5);
}

TEST(Record, IsALineOfATableWithEveryNumberAndText) {
  EXPECT_EQ(csv_header<Sample>(),
            "name,good,small,large,value,rounded,single,joined_size,joined_pieces,rare,late");
  const std::string line = csv_line(sample());
  EXPECT_EQ(line, R"("a ""name"", with all",1,3,9007199254740991,0.30000000000000004,1.26,0.1,7.5,8,18,19)");
  Sample back;
  const CsvReader<Sample> reader(csv_header<Sample>());
  EXPECT_EQ(reader.complaint(), "");
  ASSERT_TRUE(reader.parse(line, back));
  EXPECT_EQ(csv_line(back), line);
  EXPECT_EQ(back.name, sample().name);
}

TEST(Record, InATableSaysWhatIsNotFiniteByWordsOrNothing) {
  const Part part{std::numeric_limits<double>::quiet_NaN(), 1};
  EXPECT_EQ(csv_line(part), "nan,1");
  EXPECT_EQ(csv_line(part, NotFinite::empty), ",1");
  Part back;
  const CsvReader<Part> reader("size,pieces");
  ASSERT_TRUE(reader.parse("nan,1", back));
  EXPECT_TRUE(std::isnan(back.size));
  ASSERT_TRUE(reader.parse("-inf,1", back));
  EXPECT_EQ(back.size, -std::numeric_limits<double>::infinity());
}

TEST(Record, IsReadFromATableByTheColumnsNames) {
  const CsvReader<Part> reader("pieces,size");
  ASSERT_EQ(reader.complaint(), "");
  Part part;
  ASSERT_TRUE(reader.parse("3,0.5", part));
  EXPECT_EQ(part.pieces, 3);
  EXPECT_EQ(part.size, 0.5);
  for (const char* line : {"", "3", "3,0.5,1", "3,", "3,0.5x", "3.5,0.5", "x,0.5", "3, 0.5", "3,0.5\r"})
    EXPECT_FALSE(reader.parse(line, part)) << line;
}

TEST(Record, IsReadFromATableOnlyWithItsColumns) {
  EXPECT_THAT(CsvReader<Part>("size").complaint(), HasSubstr("pieces"));
  EXPECT_THAT(CsvReader<Part>("size,pieces,colour").complaint(), HasSubstr("colour"));
  EXPECT_THAT(CsvReader<Part>("size,pieces,size").complaint(), HasSubstr("two columns size"));
  EXPECT_NE(CsvReader<Part>("").complaint(), "");
  const std::string header = csv_header<Sample>();
  EXPECT_EQ(CsvReader<Sample>(header.substr(0, header.rfind(','))).complaint(), "");  // without `late`
}

TEST(Record, IsARowOfNumbersInItsOrder) {
  std::vector<double> numbers;
  append_numbers(sample(), numbers);
  EXPECT_THAT(numbers, ElementsAre(1, 3, 9007199254740991, 0.1 + 0.2, 1.256, 0.1F, 5.5, 6, 7.5, 8, 18, 19));
  EXPECT_EQ(number_count<Sample>(), std::ssize(numbers));
  Sample back;
  const double* next = numbers.data();
  take_numbers(next, back, "it");
  EXPECT_EQ(next, numbers.data() + numbers.size());
  std::vector<double> again;
  append_numbers(back, again);
  EXPECT_EQ(again, numbers);
}

TEST(Record, IsNoRowOfNumbersWhereACountIsNone) {
  for (const double count : {-1.0, 0.5, 1e17, std::numeric_limits<double>::quiet_NaN()}) {
    const std::vector<double> numbers{0.5, count};
    const double* next = numbers.data();
    Part part;
    EXPECT_THROW(take_numbers(next, part, "it"), DataError) << count;
  }
}

TEST(Record, ComesBackFromItsBytesWhole) {
  Sample s = sample();
  s.value = std::numeric_limits<double>::infinity();
  const std::vector<std::byte> bytes = bytes_of(s);
  Sample back;
  back.list = {1, 2, 3, 4, 5};
  back.named = {{"z", 1}};
  read_bytes(bytes, back);
  EXPECT_EQ(text_of(back), text_of(s));
  EXPECT_EQ(back.value, s.value);
  EXPECT_THROW(read_bytes(std::span(bytes).first(bytes.size() - 1), back), std::out_of_range);
  std::vector<std::byte> longer = bytes;
  longer.push_back({});
  EXPECT_THROW(read_bytes(longer, back), std::out_of_range);
}

template <class T>
void expect_distinct_names() {
  const std::vector<std::string> names = field_names<T>();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size()) << names.front();
}

enum class Colour : std::uint8_t { red, green };
constexpr Word word_of(Colour colour) {
  switch (colour) {
    case Colour::red:
      return {"red"};
    case Colour::green:
      return {"bright, green"};
  }
  return {};
}

struct Coloured {
  Colour colour = Colour::red;

  template <class Self, class Visitor>
  static void fields(Self& c, Visitor& visit) {
    visit("colour", c.colour);
  }
};

TEST(Record, HasTheWordsOfEnumerations) {
  const Coloured green{Colour::green};
  EXPECT_EQ(json_of(green).dump(), R"({"colour":"bright, green"})");
  EXPECT_EQ(csv_header<Coloured>() + "\n" + csv_line(green), "colour\n\"bright, green\"");
  Coloured read;
  read_json(json_of(green), read);
  EXPECT_EQ(read.colour, Colour::green);
}

TEST(Record, TakesNoOtherWordForAnEnumeration) {
  Coloured read{Colour::green};
  const Json blue = {{"colour", "blue"}};
  EXPECT_THROW(read_json(blue, read), DataError);
  EXPECT_THROW(read_json(Json{{"colour", 0}}, read), Json::exception);
  read_known(blue, read);
  EXPECT_EQ(read.colour, Colour::green);
}

TEST(Records, GiveNoTwoFieldsOneName) {
  expect_distinct_names<EpochRecord>();
  expect_distinct_names<StepRecord>();
  expect_distinct_names<TrainingState>();
  expect_distinct_names<Straggler>();
  expect_distinct_names<RunResult>();
  expect_distinct_names<ScalingMeasurement>();
  expect_distinct_names<TrialOutcome>();
  expect_distinct_names<Ranked>();
}

TEST(CsvCell, IsQuotedWhereThereIsNeed) {
  EXPECT_EQ(csv_quoted("a b;c'd"), "a b;c'd");
  EXPECT_EQ(csv_quoted("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_quoted("a \"b\""), "\"a \"\"b\"\"\"");
  EXPECT_EQ(csv_quoted("a\nb"), "\"a\nb\"");
  EXPECT_EQ(csv_quoted("a\rb"), "\"a\rb\"");
  EXPECT_EQ(csv_quoted("a\xff"), "a\\xff");
}

TEST(JsonText, IsUtf8WhateverIsInIt) {
  EXPECT_EQ(json_text({{"a\n\x1b\"\\", "\xff\u03b5"}}),
            "{\n  \"a\\n\\u001b\\\"\\\\\": \"\ufffd\u03b5\"\n}\n");
}

}  // namespace
}  // namespace jetrain
