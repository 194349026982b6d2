#include "comm/endpoint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <sstream>

namespace jetrain {
namespace {

/// In which Open MPI (4 and 5) finds the interfaces that MPI's messages, then those that the launcher's take.
constexpr std::array kVariables = {"OMPI_MCA_btl_tcp_if_include", "OMPI_MCA_oob_tcp_if_include",
                                   "PRTE_MCA_oob_tcp_if_include", "PRTE_MCA_prte_if_include",
                                   "PMIX_MCA_ptl_base_if_include"};

bool parse(const std::string& word, Endpoint& endpoint) {
  endpoint = {};
  if (inet_pton(AF_INET, word.c_str(), endpoint.address.data()) == 1) return true;
  endpoint.is_ipv6 = true;
  return inet_pton(AF_INET6, word.c_str(), endpoint.address.data()) == 1;
}

/// "10.1.0.0/16".
bool in_network(const Endpoint& endpoint, const std::string& network) {
  const std::size_t slash = network.find('/');
  Endpoint base;
  if (slash == std::string::npos || !parse(network.substr(0, slash), base)) return false;
  int bits = -1;
  const char* const end = network.data() + network.size();
  const auto [stopped, error] = std::from_chars(network.data() + slash + 1, end, bits);
  const int most = base.is_ipv6 ? 128 : 32;
  if (error != std::errc() || stopped != end || bits < 0 || bits > most || base.is_ipv6 != endpoint.is_ipv6)
    return false;
  for (int bit = 0; bit < bits; ++bit) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const std::byte mask{static_cast<unsigned char>(0x80 >> bit % 8)};
    if ((base.address[at] & mask) != (endpoint.address[at] & mask)) return false;
  }
  return true;
}

}  // namespace

std::string text(const Endpoint& endpoint) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(endpoint.is_ipv6 ? AF_INET6 : AF_INET, endpoint.address.data(), buffer.data(), buffer.size());
  return buffer.data();
}

socklen_t fill(sockaddr_storage& storage, const Endpoint& endpoint) noexcept {
  storage = {};
  if (endpoint.is_ipv6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    std::memcpy(&address.sin6_addr, endpoint.address.data(), sizeof address.sin6_addr);
    std::memcpy(&storage, &address, sizeof address);
    return sizeof address;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  std::memcpy(&address.sin_addr, endpoint.address.data(), sizeof address.sin_addr);
  std::memcpy(&storage, &address, sizeof address);
  return sizeof address;
}

Endpoint endpoint_of(const sockaddr_storage& storage) noexcept {
  Endpoint endpoint;
  if (storage.ss_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, &storage, sizeof address);
    endpoint.port = ntohs(address.sin_port);
    std::memcpy(endpoint.address.data(), &address.sin_addr, sizeof address.sin_addr);
    return endpoint;
  }
  sockaddr_in6 address{};
  std::memcpy(&address, &storage, sizeof address);
  endpoint.port = ntohs(address.sin6_port);
  endpoint.is_ipv6 = !IN6_IS_ADDR_V4MAPPED(&address.sin6_addr);
  if (endpoint.is_ipv6)
    std::memcpy(endpoint.address.data(), &address.sin6_addr, sizeof address.sin6_addr);
  else
    std::memcpy(endpoint.address.data(), &address.sin6_addr.s6_addr[12], 4);
  return endpoint;
}

std::vector<InterfaceAddress> own_addresses() {
  std::vector<InterfaceAddress> found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
    const sa_family_t family = entry->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    sockaddr_storage storage{};
    std::memcpy(&storage, entry->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    const Endpoint endpoint = endpoint_of(storage);
    if (endpoint.is_ipv6 && in_network(endpoint, "fe80::/10")) continue;
    Endpoint without_port = endpoint;
    without_port.port = 0;
    found.push_back({entry->ifa_name, (entry->ifa_flags & IFF_LOOPBACK) != 0, without_port});
  }
  freeifaddrs(list);
  return found;
}

ListenPlan listen_plan(const std::vector<InterfaceAddress>& own, bool one_host,
                       const std::function<const char*(const char*)>& variable) {
  const auto chosen = [&](const auto& wanted) {
    std::vector<Endpoint> endpoints;
    for (const bool is_ipv6 : {false, true}) {  // most networks have IPv4, and answer there sooner
      for (const InterfaceAddress& address : own) {
        if (address.endpoint.is_ipv6 == is_ipv6 && wanted(address)) endpoints.push_back(address.endpoint);
      }
    }
    return endpoints;
  };
  ListenPlan plan;
  if (one_host) {
    plan = {chosen([](const auto& address) { return address.is_loopback; }), false,
            "the loopback, since all ranks are on one host"};
    if (!plan.endpoints.empty()) {
      plan.endpoints.resize(1);
      return plan;
    }
  }
  for (const char* name : kVariables) {
    const char* const value = variable(name);
    if (value == nullptr || *value == '\0') continue;
    std::vector<std::string> words;
    std::istringstream list(value);
    for (std::string word; std::getline(list, word, ',');) words.push_back(word);
    plan = {chosen([&](const InterfaceAddress& address) {
              return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
                return word == address.interface || in_network(address.endpoint, word);
              });
            }),
            false, fmt::format("{}={}", name, value)};
    if (!plan.endpoints.empty()) return plan;
  }
  plan = {chosen([](const auto& address) { return !address.is_loopback; }), true,
          "all interfaces, since it is not known which are MPI's"};
  if (plan.endpoints.empty()) plan.endpoints = chosen([](const auto&) { return true; });
  return plan;
}

}  // namespace jetrain
