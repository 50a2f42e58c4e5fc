#pragma once

#include "api/assets/asset_service.hpp"
#include "api/events/event_bus.hpp"
#include "api/http/base64.hpp"
#include "api/http/digest.hpp"
#include "api/http/router.hpp"
#include "api/uploads/quota.hpp"
#include "api/uploads/upload_routes.hpp"
#include "api/uploads/upload_service.hpp"
#include "storage/blob/memory_blob_store.hpp"
#include "storage/kv/memory_kv_store.hpp"
#include "storage/queue/job_queue.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weike::uploads {

using http::BodyEnd;
using http::Method;
using http::Request;
using http::Response;
using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view kUploads = "/api/v1/uploads";

// Bytes that begin like an MP4 file and then look random, but are the same each time.
inline std::string video_bytes(std::size_t size, std::uint32_t seed = 1) {
  std::string bytes(
      "\0\0\0\x18"
      "ftypisom\0\0\2\0isommp42",
      24);
  while (bytes.size() < size) {
    seed = seed * 1664525 + 1013904223;
    bytes.push_back(static_cast<char>(seed >> 24));
  }
  bytes.resize(size);
  return bytes;
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline UploadOptions small_options() {
  UploadOptions options;
  options.max_bytes = 4 << 20;
  options.unit_quota_bytes = 32 << 20;
  options.disk_reserve_bytes = 1 << 20;
  options.lock_patience = std::chrono::milliseconds{200};
  options.checkpoint_bytes = 64 << 10;
  return options;
}

// The upload routes on memory stores, called as the engine calls them.
class UploadsTest : public ::testing::Test {
 protected:
  explicit UploadsTest(UploadOptions options = small_options()) : options_(options) { start(); }

  // A new process on the same stores: nothing in memory survives.
  void start(storage::BlobStore* blobs_to_use = nullptr) {
    if (blobs_to_use != nullptr) active_blobs = blobs_to_use;
    service.reset();
    assets = std::make_unique<assets::AssetService>(store, *active_blobs, queue, events, clock);
    service = std::make_unique<UploadService>(store, *active_blobs, *assets, clock, options_);
    router = {};
    add_routes(router, *service);
  }

  // The head of a request; tus fields that every request has are set.
  Request request(Method method, std::string path, Fields fields = {}) const {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.viewer = viewer;
    request.headers.add("Tus-Resumable", "1.0.0");
    for (auto& [name, value] : fields) request.headers.set(name, std::move(value));
    return request;
  }

  http::StreamAnswer open(Request& request) {
    const auto match = router.find(request.method, request.path);
    if (match.route == nullptr) return Response{.status = 404, .headers = {}, .body = {}};
    for (const auto& [name, value] : match.parameters) request.parameters[name] = value;
    if (match.route->stream) return match.route->stream(request);
    return match.route->handler(request);
  }

  // Sends `body` in pieces; it ends as `end` says.
  Response send(Request request, std::string_view body = {}, BodyEnd end = BodyEnd::complete) {
    auto answer = open(request);
    if (auto* response = std::get_if<Response>(&answer)) return std::move(*response);
    auto& sink = *std::get<std::unique_ptr<http::BodySink>>(answer);
    sink.attach([] {});
    while (!body.empty()) {
      const auto piece = body.substr(0, 16 * 1024);
      if (!sink.write(bytes_of(piece))) return sink.finish(BodyEnd::interrupted);
      body.remove_prefix(piece.size());
    }
    return sink.finish(end);
  }

  Response create(Fields fields, std::string_view body = {}, BodyEnd end = BodyEnd::complete) {
    if (!body.empty()) {
      fields.emplace_back("Content-Type", "application/offset+octet-stream");
      fields.emplace_back("Content-Length", std::to_string(body.size()));
    }
    return send(request(Method::post, std::string(kUploads), std::move(fields)), body, end);
  }

  // The path of a new upload of `size` bytes.
  std::string create_upload(std::size_t size) {
    const auto response = create({{"Upload-Length", std::to_string(size)}});
    EXPECT_EQ(response.status, 201);
    return std::string(response.headers.get("Location").value_or(""));
  }

  Request patch_request(const std::string& path, std::uint64_t offset, Fields fields = {}) const {
    fields.emplace_back("Content-Type", "application/offset+octet-stream");
    fields.emplace_back("Upload-Offset", std::to_string(offset));
    return request(Method::patch, path, std::move(fields));
  }
  Response patch(const std::string& path, std::uint64_t offset, std::string_view body,
                 BodyEnd end = BodyEnd::complete, Fields fields = {}) {
    return send(patch_request(path, offset, std::move(fields)), body, end);
  }
  Response head(const std::string& path) { return send(request(Method::head, path)); }
  std::string offset_of(const std::string& path) {
    return std::string(head(path).headers.get("Upload-Offset").value_or("none"));
  }
  nlohmann::json show(const std::string& path) { return json_of(send(request(Method::get, path))); }

  static nlohmann::json json_of(const Response& response) {
    return nlohmann::json::parse(std::get<std::string>(response.body));
  }
  static std::string code_of(const Response& response) {
    const auto* text = std::get_if<std::string>(&response.body);
    return text == nullptr ? "" : nlohmann::json::parse(*text).value("code", "");
  }

  Asset asset_of(const std::string& path) {
    Asset asset;
    const auto id = AssetId::parse(show(path)["asset_id"].get<std::string>()).value();
    EXPECT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
      auto found = assets->find(transaction, id);
      if (!found) return found.error();
      asset = *found;
      return {};
    }));
    return asset;
  }
  // What the upload's asset has as its source.
  std::string source_of(const std::string& path) {
    return active_blobs->read(asset_of(path).source_blob, 4 << 20).value();
  }
  std::uint64_t quota_used() {
    std::uint64_t used = 0;
    EXPECT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
      used = used_bytes(transaction, kRootUnit).value();
      return {};
    }));
    return used;
  }
  std::vector<std::string> blob_names() { return active_blobs->list("uploads/", 100).value(); }

  UploadOptions options_;
  storage::MemoryKvStore store;
  storage::MemoryBlobStore memory_blobs{64 << 20};
  storage::BlobStore* active_blobs = &memory_blobs;
  ManualClock clock;
  storage::JobQueue queue{store, clock};
  events::EventBus events;
  Viewer viewer{AccountId::make_random(), {{Role::publisher, kRootUnit}}};
  Viewer other{AccountId::make_random(), {{Role::publisher, kRootUnit}}};
  std::unique_ptr<assets::AssetService> assets;
  std::unique_ptr<UploadService> service;
  http::Router router;
};

}  // namespace weike::uploads
