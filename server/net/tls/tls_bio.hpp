#pragma once

#include "server/net/tls/openssl_handles.hpp"

namespace weike::server {

class TlsStream;

// Carries records between OpenSSL and a TlsStream, which must outlive the BIO.
struct TlsBio {
  // Null when memory is short.
  static BioPtr make(TlsStream& stream);
};

}  // namespace weike::server
