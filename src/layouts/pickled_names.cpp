#include "layouts/pickled_names.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>

#include "jetrain/error.hpp"
#include "layouts/python_texts.hpp"

namespace jetrain {
namespace {

/// Runs the pickle's little machine: values go onto a stack, and are gathered into lists.
class Unpickler {
 public:
  Unpickler(std::string_view pickle, const std::string& where) : left_(pickle), where_(where) {}

  std::vector<std::string> names() {
    while (step()) {
    }
    if (stack_.size() != 1 || !std::holds_alternative<List>(stack_[0])) refuse("is no list");
    return lists_.at(std::get<List>(stack_[0]).number);
  }

 private:
  struct Mark {};
  /// By number: a list in the memo is the same list.
  struct List {
    std::size_t number;
  };
  using Value = std::variant<Mark, List, std::string>;

  [[noreturn]] void refuse(const std::string& what) const {
    throw DataError(
        fmt::format("{} {}: a pickled list of column names was expected; write the file again with names "
                    "that are texts, by "
                    "to_hdf(..., format=\"table\")",
                    where_, what));
  }

  std::string_view take(std::size_t count) {
    if (count > left_.size()) refuse("breaks off");
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  std::string_view line() {
    const std::size_t end = left_.find('\n');
    if (end == std::string_view::npos) refuse("breaks off");
    const std::string_view text = left_.substr(0, end);
    left_.remove_prefix(end + 1);
    return text;
  }
  std::uint64_t little_endian(std::size_t bytes) {
    std::uint64_t value = 0;
    const std::string_view taken = take(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(taken[i])} << 8 * i;
    return value;
  }
  std::int64_t number(std::string_view text) const {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) refuse("has a number that is none");
    return value;
  }

  void push(Value value) {
    constexpr std::size_t kMost = 1 << 20;
    if (stack_.size() > kMost) refuse("has too many values");
    stack_.push_back(std::move(value));
  }
  void push_text(std::string_view text) { push(std::string(text)); }
  void push_integer(std::int64_t value) { push(std::to_string(value)); }

  void begin_list() {
    constexpr std::size_t kMost = 64;
    if (lists_.size() > kMost) refuse("has lists in lists");
    lists_.emplace_back();
    push(List{lists_.size() - 1});
  }
  /// The texts above position `first` of the stack go into the list that stands there before them.
  void append_from(std::size_t first) {
    std::vector<std::string> texts;
    for (std::size_t i = first; i < stack_.size(); ++i) {
      if (!std::holds_alternative<std::string>(stack_[i])) refuse("holds what is no name");
      texts.push_back(std::get<std::string>(stack_[i]));
    }
    stack_.resize(first, Mark());
    if (stack_.empty() || !std::holds_alternative<List>(stack_.back())) refuse("appends to what is no list");
    std::vector<std::string>& list = lists_.at(std::get<List>(stack_.back()).number);
    list.insert(list.end(), texts.begin(), texts.end());
  }
  std::size_t last_mark() const {
    for (std::size_t i = stack_.size(); i > 0; --i) {
      if (std::holds_alternative<Mark>(stack_[i - 1])) return i - 1;
    }
    refuse("breaks off");
  }
  /// LIST: all from the mark on becomes one.
  void list_from_mark() {
    const std::size_t mark = last_mark();
    const std::vector<Value> values(stack_.begin() + static_cast<std::ptrdiff_t>(mark) + 1, stack_.end());
    stack_.resize(mark, Mark());
    begin_list();
    const std::size_t first = stack_.size();
    stack_.insert(stack_.end(), values.begin(), values.end());
    append_from(first);
  }
  /// APPENDS: all from the mark on goes into the list before it.
  void append_from_mark() {
    const std::size_t mark = last_mark();
    stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(mark));
    append_from(mark);
  }

  void remember(std::int64_t place) {
    if (stack_.empty()) refuse("breaks off");
    memo_[place] = stack_.back();
  }
  void recall(std::int64_t place) {
    const auto found = memo_.find(place);
    if (found == memo_.end()) refuse("refers to what is not there");
    push(found->second);
  }

  void push_literal(const std::optional<std::string>& text) {
    if (!text) refuse("has a text that cannot be read");
    push(*text);
  }

  /// One opcode; false behind the last.
  bool step();

  std::string_view left_;
  const std::string& where_;
  std::vector<Value> stack_;
  std::vector<std::vector<std::string>> lists_;
  std::map<std::int64_t, Value> memo_;
};

bool Unpickler::step() {
  const char code = take(1)[0];
  switch (code) {
    case '.':  // STOP
      return false;
    case '\x80':  // PROTO
      take(1);
      return true;
    case '\x95':  // FRAME
      take(8);
      return true;
    case '(':  // MARK
      push(Mark());
      return true;
    case ']':  // EMPTY_LIST
      begin_list();
      return true;
    case 'l':  // LIST
      list_from_mark();
      return true;
    case 'a':  // APPEND
      if (stack_.empty()) refuse("breaks off");
      append_from(stack_.size() - 1);
      return true;
    case 'e':  // APPENDS
      append_from_mark();
      return true;
    case 'V':  // UNICODE
      push_literal(raw_unicode(line()));
      return true;
    case '\x8c':  // SHORT_BINUNICODE
    case 'U':     // SHORT_BINSTRING
      push_text(take(little_endian(1)));
      return true;
    case 'X':  // BINUNICODE
    case 'T':  // BINSTRING
      push_text(take(little_endian(4)));
      return true;
    case '\x8d':  // BINUNICODE8
      push_text(take(little_endian(8)));
      return true;
    case 'S':  // STRING
      push_literal(quoted_bytes(line()));
      return true;
    case 'I':  // INT; "00" and "01" are False and True
      push_integer(number(line()));
      return true;
    case 'L': {  // LONG: with an L behind
      std::string_view digits = line();
      if (digits.ends_with('L')) digits.remove_suffix(1);
      push_integer(number(digits));
      return true;
    }
    case 'K':  // BININT1
      push_integer(static_cast<std::int64_t>(little_endian(1)));
      return true;
    case 'M':  // BININT2
      push_integer(static_cast<std::int64_t>(little_endian(2)));
      return true;
    case 'J':  // BININT
      push_integer(static_cast<std::int32_t>(little_endian(4)));
      return true;
    case 'p':  // PUT
      remember(number(line()));
      return true;
    case 'q':  // BINPUT
      remember(static_cast<std::int64_t>(little_endian(1)));
      return true;
    case 'r':  // LONG_BINPUT
      remember(static_cast<std::int64_t>(little_endian(4)));
      return true;
    case '\x94':  // MEMOIZE
      remember(std::ssize(memo_));
      return true;
    case 'g':  // GET
      recall(number(line()));
      return true;
    case 'h':  // BINGET
      recall(static_cast<std::int64_t>(little_endian(1)));
      return true;
    case 'j':  // LONG_BINGET
      recall(static_cast<std::int64_t>(little_endian(4)));
      return true;
    default:
      refuse(fmt::format("has the pickle opcode 0x{:02x}", static_cast<unsigned char>(code)));
  }
}

}  // namespace

std::vector<std::string> pickled_names(std::string_view pickle, const std::string& where) {
  return Unpickler(pickle, where).names();
}

}  // namespace jetrain
