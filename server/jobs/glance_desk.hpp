#pragma once

#include "api/uploads/upload_service.hpp"
#include "media/task.hpp"
#include "storage/blob/blob_store.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

namespace weike::server {

struct GlanceDeskOptions {
  media::Limits limits;
  std::size_t max_waiting = 16;  // Whoever comes then is asked for again with the next bytes.
  // For the log: "glance_rejected", "glance_failed"; the upload, and why.
  std::function<void(std::string_view event, UploadId upload, std::string_view detail)> log = {};
};

// Looks at uploads whose index came before the rest: one after the other in a thread of its own,
// each in a sandboxed child. Made and stopped by one thread; `ask` may be called from any.
class GlanceDesk {
 public:
  // Everything outlives it.
  GlanceDesk(storage::BlobStore& blobs, uploads::UploadService& uploads, media::Worker& worker,
             GlanceDeskOptions options);
  ~GlanceDesk();  // Stops.
  GlanceDesk(const GlanceDesk&) = delete;
  GlanceDesk& operator=(const GlanceDesk&) = delete;

  void start();
  // Ends the child that is at work; what waits is forgotten, and may be asked for again.
  void stop();

  // Never blocks. An upload that waits already is not added again.
  void ask(UploadId id, const std::string& blob_name);
  // Does what waits, in the calling thread, until nothing does.
  void work_off();

 private:
  struct Request {
    UploadId id;
    std::string blob_name;
  };
  void run();
  std::optional<Request> next(bool waits);
  void look(const Request& request);

  storage::BlobStore& blobs_;
  uploads::UploadService& uploads_;
  media::Worker& worker_;
  const GlanceDeskOptions options_;
  media::TaskControl control_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request> waiting_;
  std::set<UploadId> known_;  // Waiting or at work.
  bool is_running_ = false;
  std::thread thread_;
};

}  // namespace weike::server
