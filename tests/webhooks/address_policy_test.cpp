#include "webhooks/address_policy.hpp"

#include <catch2/catch.hpp>

using namespace redial::webhooks;
using boost::asio::ip::make_address;

TEST_CASE("addresses that are not public are told apart, whatever they are wrapped in") {
  for (const char* text : {"0.0.0.0", "0.255.255.255", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
         "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
         "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1",
         "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
         "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "fc00::1",
         "fd12:3456::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "100::1", "2001::1", "2001:1ff::1",
         "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_public(make_address(text)));
  }
  for (const char* text : {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
         "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
         "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8",
         "64:ff9b::808:808", "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00::1", "3ffe::1"}) {
    CAPTURE(text);
    CHECK(is_public(make_address(text)));
  }
}

TEST_CASE("hosts that mean this machine, or are numbers in disguise") {
  for (const char* host : {"localhost", "LocalHost", "localhost.", "a.localhost", "127.1", "2130706433", "0x7f000001",
         "0X7F.1", "1.2.3", "017700000001", "foo.1", "0x"})
    CHECK(names_local_host(host));
  for (const char* host : {"example.com", "localhost.example.com", "notlocalhost", "1.example", "0x7f.example", "ff"})
    CHECK_FALSE(names_local_host(host));
}
