#include "server/jobs/glance_desk.hpp"

#include "api/assets/causes.hpp"

namespace weike::server {
namespace {

// A glance makes no files.
class NoOutput final : public media::OutputSink {
 public:
  Result<> put(const std::string&, std::span<const std::byte>) override {
    return Error{ErrorCode::corrupt, "an output where none belongs"};
  }
  void progress(std::int64_t, std::int64_t) override {}
};

// Only a cause that an asset would be rejected for counts.
uploads::Glance glance_of(const nlohmann::json& result) {
  uploads::Glance glance;
  if (const auto sheet = result.find("sheet"); sheet != result.end()) glance.sheet = *sheet;
  if (const auto rejected = result.find("rejected"); rejected != result.end()) {
    const auto code = rejected->value("code", "");
    const auto& cause = assets::cause_of(code);
    if (cause.code == code && cause.is_final) glance.cause = code;
  }
  return glance;
}

}  // namespace

GlanceDesk::GlanceDesk(storage::BlobStore& blobs, uploads::UploadService& uploads,
                       media::Worker& worker, GlanceDeskOptions options)
    : blobs_(blobs), uploads_(uploads), worker_(worker), options_(std::move(options)) {}

GlanceDesk::~GlanceDesk() { stop(); }

void GlanceDesk::start() {
  const std::scoped_lock lock(mutex_);
  is_running_ = true;
  control_.stop = false;
  thread_ = std::thread([this] { run(); });
}

void GlanceDesk::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_running_ = false;
    control_.stop = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::scoped_lock lock(mutex_);
  waiting_.clear();
  known_.clear();
}

void GlanceDesk::ask(UploadId id, const std::string& blob_name) {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() >= options_.max_waiting || !known_.insert(id).second) return;
    waiting_.push_back({id, blob_name});
  }
  changed_.notify_one();
}

std::optional<GlanceDesk::Request> GlanceDesk::next(bool waits) {
  std::unique_lock lock(mutex_);
  if (waits) changed_.wait(lock, [&] { return !is_running_ || !waiting_.empty(); });
  if (waiting_.empty() || (waits && !is_running_)) return std::nullopt;
  auto request = std::move(waiting_.front());
  waiting_.pop_front();
  return request;
}

void GlanceDesk::run() {
  while (const auto request = next(true)) look(*request);
}

void GlanceDesk::work_off() {
  while (const auto request = next(false)) look(*request);
}

void GlanceDesk::look(const Request& request) {
  const auto log = [&](std::string_view event, std::string_view detail) {
    if (options_.log) options_.log(event, request.id, detail);
  };
  NoOutput sink;
  const auto source = blobs_.open(request.blob_name);
  const auto result = source ? worker_.run((*source)->descriptor(),
                                           media::GlanceTask{options_.limits}, sink, control_)
                             : Result<nlohmann::json>(source.error());
  // A child that broke off tells nothing, and would again; the probe of the whole file will.
  const auto glance = result ? glance_of(*result) : uploads::Glance{};
  if (!control_.stop) {
    [[maybe_unused]] const auto taken = uploads_.take_glance(request.id, glance);
    if (!result) log("glance_failed", result.error().message);
    if (glance.cause) log("glance_rejected", *glance.cause);
  }
  const std::scoped_lock lock(mutex_);
  known_.erase(request.id);
}

}  // namespace weike::server
