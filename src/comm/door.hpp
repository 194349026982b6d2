#pragma once

/// \file
/// How ranks find each other by TCP while anybody may knock: rank 0 opens a door, the others knock at it and
/// say a token that only this job knows. Whoever does not is left outside, and can neither keep ranks out nor
/// rank 0 busy. (The token keeps out who does not know it. Who reads the network may learn it, as they may
/// read MPI's messages.)

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "comm/endpoint.hpp"
#include "core/stopwatch.hpp"

namespace jetrain {

/// Of one job: random bytes, from the system.
using Token = std::array<std::byte, 16>;
Token make_token();
/// In a time that does not tell how much of them is equal.
bool same(const Token& a, const Token& b) noexcept;

/// What a connection begins with.
struct Hello {
  Token token;
  std::int32_t rank;
  std::int32_t attempt;  ///< the rank's connections, counted: the last one is the one that it uses
};

/// The answer to who has said the token.
inline constexpr char kWelcome = 'j';

class Door {
 public:
  struct Limits {
    int strangers = 64;          ///< that may stand before it beside the ranks which are still missing
    double silence_seconds = 3;  ///< who has said nothing for so long is sent away
    int each_look = 256;         ///< so many are let in, or listened to, before rank 0 looks at other things
  };
  struct Guest {
    int socket = -1;  ///< now the caller's
    int rank = 0;
    int attempt = 0;
  };

  /// Listens as `plan` says, for ranks 1 to `ranks` - 1.
  Door(const ListenPlan& plan, int ranks, const Token& token, Limits limits);
  Door(const ListenPlan& plan, int ranks, const Token& token) : Door(plan, ranks, token, Limits{}) {}
  /// Sends away all that are still outside.
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// Where to knock; none where nothing could be listened on.
  const std::vector<Endpoint>& endpoints() const noexcept { return endpoints_; }
  /// Readable while there is something to do for `look`.
  int file() const noexcept { return watched_; }
  /// Whether this process could not open a file for one that came, though no strangers held any.
  bool out_of_files() const noexcept { return out_of_files_; }
  /// How many have not yet said who they are.
  std::size_t waiting() const noexcept { return waiting_.size(); }

  /// Never blocks: lets in who has said the token, sends away who has been silent for too long.
  std::vector<Guest> look();

 private:
  struct Newcomer {
    std::uint64_t number = 0;
    Stopwatch since;
    std::array<std::byte, sizeof(Hello)> bytes;
    std::size_t heard = 0;
  };
  struct Place {
    int socket = -1;
    std::uint64_t number = 0;
  };

  bool listen(const Endpoint& at, bool everywhere);
  void accept_from(int listener, int& left, std::vector<Guest>& guests);
  void hear(int socket, std::vector<Guest>& guests);
  void send_away(int socket);
  /// Whoever has stood there longest, if for at least so long.
  bool send_oldest_away(double seconds);

  Token token_;
  int missing_;  ///< ranks
  int ranks_;
  Limits limits_;
  int watched_ = -1;
  std::vector<int> listeners_;
  std::vector<Endpoint> endpoints_;
  bool out_of_files_ = false;
  std::uint64_t came_ = 0;
  std::unordered_map<int, Newcomer> waiting_;  ///< by socket
  std::deque<Place> order_;                    ///< in which they came; some have gone since
};

/// A connection to rank 0 by the first endpoint at which somebody knows the token, or -1. Takes a few seconds
/// at most for each that does not answer.
int knock(const std::vector<Endpoint>& endpoints, const Token& token, int rank);

}  // namespace jetrain
