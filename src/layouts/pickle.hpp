#pragma once

#include <cstdint>
#include <string>

namespace jetrain {

/// Writes Python values as pickle protocol 0, the text that PyTables keeps in attributes (CPython's
/// Lib/pickletools.py describes the codes). Every container and string is put into the memo, as CPython does.
class Pickle {
 public:
  Pickle& begin_list() { return code("(l").memoize(); }
  Pickle& begin_dict() { return code("(d").memoize(); }
  Pickle& append() { return code("a"); }
  Pickle& set_item() { return code("s"); }
  Pickle& mark() { return code("("); }
  Pickle& tuple() { return code("t").memoize(); }
  Pickle& none() { return code("N"); }
  Pickle& integer(std::int64_t value) { return line("I", std::to_string(value)); }
  Pickle& text(const std::string& value) { return line("V", value).memoize(); }
  std::string finish() const { return text_ + "."; }

 private:
  Pickle& line(const char* codes, const std::string& value) {
    text_.append(codes).append(value).append("\n");
    return *this;
  }
  Pickle& code(const char* codes) {
    text_ += codes;
    return *this;
  }
  Pickle& memoize() { return line("p", std::to_string(next_memo_++)); }

  std::string text_;
  int next_memo_ = 0;
};

}  // namespace jetrain
