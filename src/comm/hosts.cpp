#include "comm/hosts.hpp"

#include <array>

#include "core/host_name.hpp"

namespace jetrain {

std::vector<std::string> gather_host_names(const Communicator& comm) {
  constexpr std::size_t kLength = 64;
  std::array<char, kLength> own{};
  host_name().copy(own.data(), kLength - 1);
  std::vector<char> all = comm.gather(std::span<const char>(own));
  comm.broadcast(all);
  std::vector<std::string> names;
  for (std::size_t at = 0; at < all.size(); at += kLength) names.emplace_back(&all[at]);
  return names;
}

}  // namespace jetrain
