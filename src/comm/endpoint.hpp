#pragma once

/// \file
/// Where rank 0 can be reached: addresses of this machine, and which of them are to be listened on.

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace jetrain {

/// An address of either family, with a port; plain bytes, which travel between ranks.
struct Endpoint {
  bool is_ipv6 = false;
  std::uint16_t port = 0;
  std::array<std::byte, 16> address{};  ///< in the network's order; of IPv4 the first four

  bool operator==(const Endpoint&) const = default;
};

/// "10.0.0.1", "fd00::2"; without the port.
std::string text(const Endpoint& endpoint);

/// As the system's calls take it; returns its length.
socklen_t fill(sockaddr_storage& storage, const Endpoint& endpoint) noexcept;
/// From what they give. IPv4 in IPv6's clothes becomes IPv4.
Endpoint endpoint_of(const sockaddr_storage& storage) noexcept;

struct InterfaceAddress {
  std::string interface;
  bool is_loopback = false;
  Endpoint endpoint;
};

/// Those of interfaces that are up, of both families. Without IPv6's link-local ones: what they are depends
/// on who looks.
std::vector<InterfaceAddress> own_addresses();

/// What to listen on.
struct ListenPlan {
  std::vector<Endpoint> endpoints;  ///< by which ranks may reach this one
  bool everywhere = false;          ///< listen on all addresses, since none is known to be MPI's
  std::string why;                  ///< for the log
};

/// All ranks on one host: the loopback. Else the interfaces that Open MPI was told to use, by name or network
/// (btl_tcp_if_include, or the launcher's oob_tcp_if_include; as `variable` tells: getenv, as a rule). Else
/// all but the loopback, which leads other hosts to themselves.
ListenPlan listen_plan(const std::vector<InterfaceAddress>& own, bool one_host,
                       const std::function<const char*(const char*)>& variable);

}  // namespace jetrain
