#pragma once

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

// recv(2), send(2) and sendmsg(2) past glibc's wrappers, which prepare at each call for the thread
// to be cancelled. Sanitizers watch the wrappers: to ThreadSanitizer a message orders what its two
// ends did.
namespace weike::server {

#ifdef WEIKE_SANITIZED
inline ssize_t receive_bytes(int socket, void* into, std::size_t size, int flags) {
  return ::recv(socket, into, size, flags);
}
inline ssize_t send_bytes(int socket, const void* bytes, std::size_t size, int flags) {
  return ::send(socket, bytes, size, flags);
}
inline ssize_t send_message(int socket, const msghdr* message, int flags) {
  return ::sendmsg(socket, message, flags);
}
#else
inline ssize_t receive_bytes(int socket, void* into, std::size_t size, int flags) {
  return ::syscall(SYS_recvfrom, socket, into, size, flags, nullptr, nullptr);
}
inline ssize_t send_bytes(int socket, const void* bytes, std::size_t size, int flags) {
  return ::syscall(SYS_sendto, socket, bytes, size, flags, nullptr, 0);
}
inline ssize_t send_message(int socket, const msghdr* message, int flags) {
  return ::syscall(SYS_sendmsg, socket, message, flags);
}
#endif

}  // namespace weike::server
