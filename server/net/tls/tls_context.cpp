#include "server/net/tls/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <string_view>

namespace weike::server {
namespace {

// Mozilla, Server Side TLS 5.7, intermediate; without the finite-field DHE suites, which cost the
// most and which no current client needs. The client's order counts, as there.
constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kCiphers13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr std::string_view kProtocol = "http/1.1";
constexpr std::string_view kSessionContext = "weike";

// What OpenSSL says of the last failure.
std::string openssl_message() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_peek_last_error();
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return code == 0 ? "unknown failure" : text.data();
}

Error bad_file(const char* field, const std::string& file, const std::string& why) {
  return Error{ErrorCode::invalid_argument, "cannot use \"" + file + "\": " + why,
               "bad_configuration", field};
}

// A client that offers protocols and not ours is refused with no_application_protocol (RFC 7301
// §3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned int size, void*) {
  for (unsigned int at = 0; at < size; at += 1U + offered[at]) {
    if (at + 1U + offered[at] > size) break;
    const std::string_view name(reinterpret_cast<const char*>(offered) + at + 1, offered[at]);
    if (name != kProtocol) continue;
    *chosen = offered + at + 1;
    *length = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool set_rules(SSL_CTX* context, TlsEngine engine) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  if (engine == TlsEngine::kernel_if_given) SSL_CTX_set_options(context, SSL_OP_ENABLE_KTLS);
  // An idle connection owns no buffer. Partial writes are not asked for: our BIO takes a whole
  // batch, and one call for it allocates OpenSSL's record buffer once. The file of the certificate
  // has the whole chain: it need not be sought for each client.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_NO_AUTO_CHAIN);
  // Tickets carry the sessions; nothing of a client stays here. One is enough, as a resumed session
  // brings the next: a second would cost a twentieth of the handshake.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers12) == 1 &&
         SSL_CTX_set_ciphersuites(context, kCiphers13) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set_num_tickets(context, 1) == 1 &&
         SSL_CTX_set_session_id_context(
             context, reinterpret_cast<const unsigned char*>(kSessionContext.data()),
             static_cast<unsigned int>(kSessionContext.size())) == 1;
}

Result<SslContextPtr> make_context(const TlsOptions& options, TlsEngine engine) {
  ERR_clear_error();
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context || !set_rules(context.get(), engine)) {
    return Error{ErrorCode::internal, "cannot set TLS up: " + openssl_message()};
  }
  // A key with a password would make OpenSSL ask for it on the terminal.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()) != 1) {
    return bad_file("tls.certificate", options.certificate, openssl_message());
  }
  const std::string& key = options.key.empty() ? options.certificate : options.key;
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return bad_file("tls.key", key, openssl_message());
  }
  return context;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::open(const TlsOptions& options) {
  const bool is_with_kernel = options.kernel == KernelTls::offer || kernel_has_tls();
  std::unique_ptr<TlsContext> made(
      new TlsContext(is_with_kernel ? TlsEngine::kernel_if_given : TlsEngine::own));
  if (const auto loaded = made->reload(options); !loaded) return loaded.error();
  return made;
}

Result<> TlsContext::reload(const TlsOptions& options) {
  auto context = make_context(options, engine_);
  if (!context) return context.error();
  tickets_.serve(context->get());
  // Streams keep the context they were made with.
  const std::lock_guard lock(mutex_);
  context_.swap(*context);
  return {};
}

std::unique_ptr<TlsStream> TlsContext::make_stream(int descriptor, TlsBuffers& buffers) {
  ERR_clear_error();
  SslPtr ssl;
  {
    const std::lock_guard lock(mutex_);
    ssl.reset(SSL_new(context_.get()));
  }
  if (!ssl) return nullptr;
  return std::make_unique<TlsStream>(std::move(ssl), descriptor, buffers, engine_);
}

std::string TlsContext::certificate_end() const {
  const std::lock_guard lock(mutex_);
  const X509* certificate = SSL_CTX_get0_certificate(context_.get());
  std::tm end{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) {
    return "unknown";
  }
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &end)};
}

}  // namespace weike::server
