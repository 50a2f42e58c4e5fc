#include "server/net/tls/ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace weike::server {
namespace {

bool set_up_mac(EVP_MAC_CTX* mac, TicketKeys::Key& key) {
  char digest[] = "SHA256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.authentication.data(),
                                        key.authentication.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// What SSL_CTX_set_tlsext_ticket_key_evp_cb(3) asks for: 1 when the key is set up, 2 when the
// ticket opens and a new one is due, 0 for a ticket that no key opens, -1 for a failure.
int seal(TicketKeys& keys, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
         EVP_MAC_CTX* mac) {
  std::optional<TicketKeys::Key> key = keys.newest();
  if (!key) return 0;
  std::copy(key->name.begin(), key->name.end(), name);
  const EVP_CIPHER* const kind = EVP_aes_256_cbc();
  if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(kind)) != 1) return -1;
  const unsigned char* secret = key->encryption.data();
  const bool is_set_up =
      EVP_EncryptInit_ex(cipher, kind, nullptr, secret, iv) == 1 && set_up_mac(mac, *key);
  return is_set_up ? 1 : -1;
}

int unseal(TicketKeys& keys, const SSL* ssl, const unsigned char* name, const unsigned char* iv,
           EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  bool is_newest = false;
  std::optional<TicketKeys::Key> key =
      keys.find(std::span<const unsigned char, 16>(name, 16), is_newest);
  if (!key) return 0;
  const unsigned char* secret = key->encryption.data();
  const bool is_set_up = EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, secret, iv) == 1 &&
                         set_up_mac(mac, *key);
  if (!is_set_up) return -1;
  // Clients use a ticket of TLS 1.3 once (RFC 8446 §C.4), and OpenSSL gives no other by itself to a
  // session that it resumes by this callback.
  const bool is_used_up = SSL_version(ssl) >= TLS1_3_VERSION;
  return is_newest && !is_used_up ? 1 : 2;
}

int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int is_sealing) {
  auto* keys = static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  return is_sealing != 0 ? seal(*keys, name, iv, cipher, mac)
                         : unseal(*keys, ssl, name, iv, cipher, mac);
}

}  // namespace

void TicketKeys::serve(ssl_ctx_st* context) {
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
  SSL_CTX_set_timeout(context, std::chrono::seconds(kTicketLifetime).count());
}

bool TicketKeys::rotate() {
  const std::lock_guard lock(mutex_);
  return rotate_locked();
}

bool TicketKeys::rotate_locked() {
  Key key;
  key.made = std::chrono::steady_clock::now();
  const auto fill = [](auto& bytes) {
    return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
  };
  if (!fill(key.name) || !fill(key.encryption) || !fill(key.authentication)) return false;
  keys_.push_front(key);
  if (keys_.size() > kKept) keys_.pop_back();
  return true;
}

std::optional<TicketKeys::Key> TicketKeys::newest() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  const bool is_due = keys_.empty() || now - keys_.front().made >= kRotation;
  if (is_due && !rotate_locked()) return std::nullopt;
  return keys_.front();
}

std::optional<TicketKeys::Key> TicketKeys::find(std::span<const unsigned char, 16> name,
                                                bool& is_newest) {
  const std::lock_guard lock(mutex_);
  const auto has_name = [name](const Key& key) {
    return std::equal(name.begin(), name.end(), key.name.begin());
  };
  const auto found = std::find_if(keys_.begin(), keys_.end(), has_name);
  if (found == keys_.end()) return std::nullopt;
  is_newest = found == keys_.begin();
  return *found;
}

}  // namespace weike::server
