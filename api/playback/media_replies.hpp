#pragma once

#include "api/http/message.hpp"
#include "api/playback/asset_files.hpp"
#include "api/playback/media_gate.hpp"
#include "api/playback/media_request.hpp"
#include "api/playback/media_signer.hpp"
#include "model/error.hpp"
#include "storage/blob/blob_store.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

// Status, fields and body for media that is there: entity tags, conditions, ranges, caching. All
// fail with `precondition_failed` when If-Match names another state.
namespace weike::playback {

class WholeFile;

// The fields of all replies with one file, made once. By class of `Readers`.
struct FileFields {
  std::string etag;
  std::string type;
  std::array<http::SharedFields, kReaders> content;  // Of 200 and 206,
  std::array<http::SharedFields, kReaders> bare;     // and of replies without content.
};
// `name` as a path below the asset's folder has it. The tag is of bytes that never change.
FileFields file_fields(std::string_view name, std::string etag);

// A file that is open, and what is said of it.
struct ServedFile {
  std::shared_ptr<const storage::OpenFile> file;
  FileFields fields;
};
ServedFile served_file(std::string_view name, std::shared_ptr<const storage::OpenFile> file);

Readers readers_of(const MediaToken& token);

// These take no memory unless several ranges are asked for.
Result<http::Response> file_response(const MediaRequest& request, const MediaToken& token,
                                     const ServedFile& file, MediaGate::Pass pass);
Result<http::Response> whole_file_response(const MediaRequest& request, const MediaToken& token,
                                           std::shared_ptr<const WholeFile> file,
                                           MediaGate::Pass pass);

}  // namespace weike::playback
