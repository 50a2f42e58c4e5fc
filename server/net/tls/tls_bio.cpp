#include "server/net/tls/tls_bio.hpp"

#include "server/net/tls/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>

namespace weike::server {

namespace {

struct MethodDeleter {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const { SSL_free(ssl); }
void SslDeleter::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void SslDeleter::operator()(bio_st* bio) const { BIO_free(bio); }

// Reaches into the stream, as its friend.
struct TlsBioCalls {
  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    if (size <= 0) return 0;
    const int got = stream_of(bio).give({into, static_cast<std::size_t>(size)});
    if (got < 0) BIO_set_retry_read(bio);
    return got;
  }
  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    if (size <= 0) return 0;
    stream_of(bio).take({bytes, static_cast<std::size_t>(size)});
    return size;
  }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

 private:
  static TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }
};

BioPtr TlsBio::make(TlsStream& stream) {
  static const std::unique_ptr<BIO_METHOD, MethodDeleter> kMethod = [] {
    std::unique_ptr<BIO_METHOD, MethodDeleter> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weike"));
    if (!made) return made;
    BIO_meth_set_read(made.get(), TlsBioCalls::read);
    BIO_meth_set_write(made.get(), TlsBioCalls::write);
    BIO_meth_set_ctrl(made.get(), TlsBioCalls::control);
    return made;
  }();
  if (!kMethod) return nullptr;
  BioPtr bio(BIO_new(kMethod.get()));
  if (!bio) return nullptr;
  BIO_set_data(bio.get(), &stream);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace weike::server
