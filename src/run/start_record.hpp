#pragma once

/// \file
/// Whose weights a training began with: for result.json, best.h5 and checkpoints, and for who reads them.

#include <string>
#include <vector>

#include "core/record.hpp"

namespace jetrain {

/// A layer of the other network that was not taken, and why.
struct LeftLayer {
  std::string layer;
  std::string why;

  template <class Self, class Visitor>
  static void fields(Self& l, Visitor& visit) {
    visit("layer", l.layer);
    visit("why", l.why);
  }
};

/// A key of the config that has another value than the parent's.
struct ConfigChange {
  std::string key;
  std::string before;
  std::string now;

  template <class Self, class Visitor>
  static void fields(Self& c, Visitor& visit) {
    visit("key", c.key);
    visit("before", c.before);
    visit("now", c.now);
  }
};

/// From one training to the one that began with its weights.
struct StartLink {
  std::string model;               ///< the file, as the config gave it
  std::string weights_hash;        ///< of what it held
  std::vector<std::string> taken;  ///< layers
  std::vector<LeftLayer> left;
  std::vector<std::string> fresh;     ///< layers of the new network that began anew
  std::vector<ConfigChange> changed;  ///< from the parent's config to the new one, train.start apart

  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit("model", s.model);
    visit("weights_hash", s.weights_hash);
    visit("taken", s.taken);
    visit("left", s.left);
    visit("new", s.fresh);
    visit("changed", s.changed);
  }
};

/// The last link, and those before it.
struct StartRecord {
  StartLink link;
  std::vector<StartLink> ancestors;  ///< what the parent began with, and its parent, ...

  bool empty() const { return link.model.empty(); }

  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit.joined("", s.link);
    visit("ancestors", s.ancestors, {.omit_default = true});
  }
};

/// As JSON; "" of an empty one.
std::string start_text(const StartRecord& start);
/// DataError where `text` (of the file `path`) is not as start_text writes it; empty of "".
StartRecord parse_start(const std::string& text, const std::string& path);

}  // namespace jetrain
