#include "media/sandbox/library_pages.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace weike::media {
namespace {

std::span<const ElfW(Phdr)> headers_of(const dl_phdr_info& library) {
  return {library.dlpi_phdr, library.dlpi_phnum};
}

// Whether the loader has written addresses into its code, which would be lost.
bool has_relocated_code(const dl_phdr_info& library) {
  for (const auto& header : headers_of(library)) {
    if (header.p_type != PT_DYNAMIC) continue;
    const auto* entry = std::bit_cast<const ElfW(Dyn)*>(library.dlpi_addr + header.p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      const bool says_so = entry->d_tag == DT_TEXTREL ||
                           (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0);
      if (says_so) return true;
    }
  }
  return false;
}

int drop_pages_of(dl_phdr_info* library, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  if (has_relocated_code(*library)) return 0;
  for (const auto& header : headers_of(*library)) {
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = (library->dlpi_addr + header.p_vaddr) / page * page;
    const std::uintptr_t end = library->dlpi_addr + header.p_vaddr + header.p_memsz;
    // A wish: what the kernel keeps costs memory and nothing else.
    ::madvise(std::bit_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void drop_library_pages() { ::dl_iterate_phdr(drop_pages_of, nullptr); }

}  // namespace weike::media
