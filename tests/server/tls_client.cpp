#include "tests/server/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <utility>

namespace weike::server {
namespace {

namespace fs = std::filesystem;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, Free>;

std::unique_ptr<X509, Free> sign(EVP_PKEY* key, const std::string& common_name) {
  std::unique_ptr<X509, Free> made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 24 * 3600);
  X509_set_pubkey(made.get(), key);
  X509_NAME* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(made.get(), name);
  X509_sign(made.get(), key, EVP_sha256());
  return made;
}

}  // namespace

TestCertificate::TestCertificate(const std::string& common_name, KeyKind kind) {
  static std::atomic<int> number = 0;
  const std::string base = (fs::temp_directory_path() / ("wk-tls-" + std::to_string(::getpid()) +
                                                         "-" + std::to_string(++number)))
                               .string();
  certificate_file_ = base + "-certificate.pem";
  key_file_ = base + "-key.pem";
  const std::unique_ptr<EVP_PKEY, Free> key(kind == KeyKind::rsa ? EVP_RSA_gen(2048)
                                                                 : EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, Free> certificate = sign(key.get(), common_name);
  const FilePtr certificate_out(std::fopen(certificate_file_.c_str(), "w"));
  const FilePtr key_out(std::fopen(key_file_.c_str(), "w"));
  PEM_write_X509(certificate_out.get(), certificate.get());
  PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

TestCertificate::~TestCertificate() {
  std::error_code ignored;
  fs::remove(certificate_file_, ignored);
  fs::remove(key_file_, ignored);
}

void TestCertificate::overwrite(const TestCertificate& other) const {
  constexpr auto kOver = fs::copy_options::overwrite_existing;
  fs::copy_file(certificate_file_, other.certificate_file_, kOver);
  fs::copy_file(key_file_, other.key_file_, kOver);
}

TlsClient::TlsClient(std::uint16_t port, const TlsClientOptions& options)
    : context_(SSL_CTX_new(TLS_client_method())),
      descriptor_(connect_to_loopback(port, options.receive_buffer_bytes)) {
  const timeval limit{10, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  SSL_CTX_set_min_proto_version(context_.get(), options.version);
  SSL_CTX_set_max_proto_version(context_.get(), options.version);
  // What is refused is to be refused by the server.
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_cipher_list(context_.get(), (options.ciphers + ":@SECLEVEL=0").c_str());
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(context_.get(), keep_session);
  SSL_CTX_set_app_data(context_.get(), this);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), descriptor_);
  std::string offered;
  for (const std::string& name : options.protocols) {
    offered.push_back(static_cast<char>(name.size()));
    offered += name;
  }
  SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                      static_cast<unsigned int>(offered.size()));
  if (options.session != nullptr) SSL_set_session(ssl_.get(), options.session);
  ERR_clear_error();
  is_connected_ = SSL_connect(ssl_.get()) == 1;
  if (!is_connected_) failure_reason_ = ERR_GET_REASON(ERR_peek_last_error());
}

TlsClient::~TlsClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int TlsClient::keep_session(SSL* ssl, SSL_SESSION* session) {
  static_cast<TlsClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->session_.reset(session);
  return 1;  // The session is ours now.
}

bool TlsClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    ERR_clear_error();
    if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent) != 1) return false;
    bytes.remove_prefix(sent);
  }
  return true;
}

bool TlsClient::receive() {
  std::array<char, 65536> bytes;
  std::size_t got = 0;
  ERR_clear_error();
  if (SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &got) != 1) return false;
  buffer_.append(bytes.data(), got);
  return true;
}

std::optional<RawReply> TlsClient::read_reply(bool is_head) {
  while (true) {
    if (auto reply = take_reply(buffer_, is_head)) return reply;
    if (!receive()) return std::nullopt;
  }
}

std::string TlsClient::read_bytes(std::size_t count) {
  while (buffer_.size() < count && receive()) {
  }
  const std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, bytes.size());
  return bytes;
}

TlsClient::End TlsClient::read_to_end() {
  std::array<char, 65536> bytes;
  while (true) {
    std::size_t got = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &got);
    if (result == 1) continue;
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_ZERO_RETURN) return End::close_notify;
    return error == SSL_ERROR_WANT_READ ? End::silence : End::cut;
  }
}

void TlsClient::say_goodbye() { SSL_shutdown(ssl_.get()); }

void TlsClient::reset() { reset_socket(std::exchange(descriptor_, -1)); }

void TlsClient::renew_keys() {
  SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
  SSL_do_handshake(ssl_.get());
}

bool TlsClient::renegotiate() {
  return SSL_renegotiate(ssl_.get()) == 1 && SSL_do_handshake(ssl_.get()) == 1;
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

std::string TlsClient::common_name() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  std::array<char, 256> text{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(),
                            static_cast<int>(text.size()));
  return text.data();
}

}  // namespace weike::server
