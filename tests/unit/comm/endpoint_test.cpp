#include "comm/endpoint.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <map>

namespace jetrain {
namespace {

Endpoint endpoint(const std::string& words) {
  Endpoint result;
  result.is_ipv6 = words.find(':') != std::string::npos;
  EXPECT_EQ(inet_pton(result.is_ipv6 ? AF_INET6 : AF_INET, words.c_str(), result.address.data()), 1) << words;
  return result;
}

std::vector<InterfaceAddress> node() {
  return {{"lo", true, endpoint("127.0.0.1")},      {"lo", true, endpoint("::1")},
          {"eth0", false, endpoint("192.168.1.7")}, {"ib0", false, endpoint("fd00:1::7")},
          {"ib0", false, endpoint("10.1.2.3")},     {"docker0", false, endpoint("172.17.0.1")}};
}

ListenPlan plan(bool one_host, const std::map<std::string, const char*>& variables,
                const std::vector<InterfaceAddress>& own = node()) {
  return listen_plan(own, one_host, [&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second;
  });
}

std::string texts(const ListenPlan& plan) {
  std::string all;
  for (const Endpoint& one : plan.endpoints) all += text(one) + " ";
  return all;
}

TEST(Endpoint, IsTheSameAfterTheSystemsCalls) {
  for (const char* words : {"10.1.2.3", "fd00::2"}) {
    Endpoint before = endpoint(words);
    before.port = 4711;
    sockaddr_storage storage{};
    EXPECT_EQ(fill(storage, before), before.is_ipv6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    EXPECT_EQ(endpoint_of(storage), before);
    EXPECT_EQ(text(before), words);
  }
  sockaddr_storage mapped{};
  fill(mapped, endpoint("::ffff:10.1.2.3"));
  EXPECT_EQ(text(endpoint_of(mapped)), "10.1.2.3");
}

TEST(Endpoint, OwnAddressesHaveTheLoopbackAndNothingLinkLocal) {
  bool has_loopback = false;
  for (const InterfaceAddress& own : own_addresses()) {
    has_loopback = has_loopback || own.is_loopback;
    EXPECT_FALSE(text(own.endpoint).starts_with("fe80")) << text(own.endpoint);
    EXPECT_EQ(own.endpoint.port, 0);
  }
  EXPECT_TRUE(has_loopback);
}

TEST(ListenPlan, IsTheLoopbackOnOneHost) {
  const ListenPlan chosen = plan(true, {{"OMPI_MCA_btl_tcp_if_include", "ib0"}});
  EXPECT_EQ(texts(chosen), "127.0.0.1 ");
  EXPECT_FALSE(chosen.everywhere);
  EXPECT_EQ(texts(plan(true, {}, {{"lo", true, endpoint("::1")}})), "::1 ");
}

TEST(ListenPlan, TakesTheInterfacesThatMpiWasTold) {
  const ListenPlan by_name =
      plan(false, {{"OMPI_MCA_btl_tcp_if_include", "ib0"}, {"OMPI_MCA_oob_tcp_if_include", "eth0"}});
  EXPECT_EQ(texts(by_name), "10.1.2.3 fd00:1::7 ");
  EXPECT_FALSE(by_name.everywhere);
  EXPECT_EQ(by_name.why, "OMPI_MCA_btl_tcp_if_include=ib0");
  EXPECT_EQ(texts(plan(false, {{"OMPI_MCA_oob_tcp_if_include", "eth0"}})), "192.168.1.7 ");
  EXPECT_EQ(texts(plan(false, {{"OMPI_MCA_btl_tcp_if_include", "lo"}})), "127.0.0.1 ::1 ");
}

TEST(ListenPlan, TakesTheNetworksThatMpiWasTold) {
  const auto of = [](const char* networks) {
    return texts(plan(false, {{"OMPI_MCA_btl_tcp_if_include", networks}}));
  };
  EXPECT_EQ(of("10.1.0.0/16"), "10.1.2.3 ");
  EXPECT_EQ(of("10.1.2.0/30,fd00:1::/64"), "10.1.2.3 fd00:1::7 ");
  EXPECT_EQ(of("192.168.0.0/23,docker0"), "192.168.1.7 172.17.0.1 ");
}

TEST(ListenPlan, IsAllOfTheNetworkWhereNothingIsKnown) {
  const std::string all = "192.168.1.7 10.1.2.3 172.17.0.1 fd00:1::7 ";
  EXPECT_EQ(texts(plan(false, {})), all);
  EXPECT_TRUE(plan(false, {}).everywhere);
  for (const char* nonsense : {"", "eth7", "10.2.0.0/16", "10.1.2.3/33", "10.1.2.3/x", "/8", ","})
    EXPECT_EQ(texts(plan(false, {{"OMPI_MCA_btl_tcp_if_include", nonsense}})), all) << nonsense;
}

TEST(ListenPlan, IsTheLoopbackWhereThereIsNothingElse) {
  EXPECT_EQ(texts(plan(false, {}, {{"lo", true, endpoint("127.0.0.1")}})), "127.0.0.1 ");
}

}  // namespace
}  // namespace jetrain
