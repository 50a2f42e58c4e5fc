#include "server/net/connection_quota.hpp"

#include <gtest/gtest.h>

namespace weike::server {
namespace {

boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

TEST(ConnectionQuota, CountsAnIpv4AddressAndAnIpv6NetworkAsOneClient) {
  struct Row {
    const char* first;
    const char* second;
    unsigned prefix_bits;
    bool is_same;
  };
  for (const Row& row : {
           Row{"192.0.2.1", "192.0.2.1", 64, true},
           Row{"192.0.2.1", "192.0.2.2", 64, false},
           Row{"2001:db8::1", "2001:db8::ffff:2", 64, true},
           Row{"2001:db8:0:1::1", "2001:db8:0:2::1", 64, false},
           Row{"2001:db8:0:1::1", "2001:db8:0:2::1", 56, true},
           Row{"2001:db8::1", "2001:db8::2", 128, false},
           Row{"2001:db8::1", "2001:db8::2", 500, false},
           Row{"2001:db8::1", "2002::", 0, true},
           Row{"192.0.2.1", "2001:db8::1", 0, false},
       }) {
    ConnectionQuota quota(100, 1, row.prefix_bits);
    ASSERT_EQ(quota.take(address(row.first), false), Admission::granted);

    const Admission second = quota.take(address(row.second), false);

    EXPECT_EQ(second, row.is_same ? Admission::too_many_of_address : Admission::granted)
        << row.first << ' ' << row.second << " /" << row.prefix_bits;
  }
}

TEST(ConnectionQuota, SaysWhichBoundWasReachedAndForgetsWhoLeft) {
  ConnectionQuota quota(2, 1, 64);
  ASSERT_EQ(quota.take(address("192.0.2.1"), false), Admission::granted);
  EXPECT_EQ(quota.take(address("192.0.2.1"), false), Admission::too_many_of_address);
  ASSERT_EQ(quota.take(address("192.0.2.2"), false), Admission::granted);
  EXPECT_EQ(quota.take(address("192.0.2.3"), false), Admission::too_many_in_all);

  quota.release(address("192.0.2.1"), false);

  EXPECT_EQ(quota.take(address("192.0.2.1"), false), Admission::granted);
  EXPECT_EQ(quota.total(), 2U);
}

TEST(ConnectionQuota, ListedProxiesHaveNoBoundOfTheirOwn) {
  ConnectionQuota quota(3, 1, 64);

  for (int i = 0; i < 3; ++i) EXPECT_EQ(quota.take(address("192.0.2.1"), true), Admission::granted);

  EXPECT_EQ(quota.take(address("192.0.2.1"), true), Admission::too_many_in_all);
}

}  // namespace
}  // namespace weike::server
