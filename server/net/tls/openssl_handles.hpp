#pragma once

#include <memory>

// OpenSSL's objects without its headers: those stay in the sources of this folder.
struct ssl_st;
struct ssl_ctx_st;
struct bio_st;

namespace weike::server {

struct SslDeleter {
  void operator()(ssl_st* ssl) const;
  void operator()(ssl_ctx_st* context) const;
  void operator()(bio_st* bio) const;
};

using SslPtr = std::unique_ptr<ssl_st, SslDeleter>;
using SslContextPtr = std::unique_ptr<ssl_ctx_st, SslDeleter>;
using BioPtr = std::unique_ptr<bio_st, SslDeleter>;

}  // namespace weike::server
