#include "server/demo/demo_lesson.hpp"

#include <algorithm>

namespace weike::server {

namespace {

std::string percent_text(std::uint64_t done, std::uint64_t total) {
  return std::to_string(total == 0 ? 100 : done * 100 / total) + " %";
}

// The words of DESIGN's asset states and of a lesson's way to the feed.
std::string state_text(const std::string& asset_state, bool is_live) {
  if (asset_state == "queued") return "排队 Queued";
  if (asset_state == "probing") return "检查 Checking";
  if (asset_state == "transcoding") {
    return is_live ? "已上线，转码 Live, transcoding" : "转码 Transcoding";
  }
  if (asset_state == "ready") return is_live ? "完成 Ready and live" : "发布 Publishing";
  return asset_state;
}

}  // namespace

DemoLesson::DemoLesson(const nlohmann::json& description, const std::filesystem::path& clips)
    : fields_(description),
      path_(clips / description.at("file").get<std::string>()),
      file_name_(description.at("file").get<std::string>()),
      title_(description.at("title").get<std::string>()) {
  fields_.erase("file");
}

void DemoLesson::recall_from(const nlohmann::json& lessons, const nlohmann::json& assets,
                             const nlohmann::json& uploads) {
  for (const auto& lesson : lessons) {
    if (lesson.at("working").at("title") != title_) continue;
    lesson_id_ = lesson.at("id").get<std::string>();
    lesson_state_ = lesson.at("state").get<std::string>();
    asset_id_ = lesson.at("working").at("asset_id").get<std::string>();
    return;
  }
  for (const auto& asset : assets) {
    if (asset.at("file_name") != file_name_ || asset.at("state") == "rejected") continue;
    asset_id_ = asset.at("id").get<std::string>();
    return;
  }
  std::error_code failure;
  const auto size_bytes = std::filesystem::file_size(path_, failure);
  for (const auto& upload : uploads) {
    const bool is_ours = !failure && upload.at("state") == "receiving" &&
                         upload.at("filename") == file_name_ &&
                         upload.at("size_bytes") == size_bytes;
    if (is_ours) unfinished_upload_id_ = upload.at("id").get<std::string>();
  }
}

Result<> DemoLesson::upload(ApiClient& publisher, const std::function<void()>& on_progress) {
  std::error_code failure;
  const auto size_bytes = std::filesystem::file_size(path_, failure);
  auto id = publisher.upload(path_, unfinished_upload_id_, [&](std::uint64_t sent) {
    status_ = "上传 Uploading  " + percent_text(sent, size_bytes);
    on_progress();
  });
  if (!id) return id.error();
  auto upload = publisher.get("/uploads/" + *id);
  if (!upload) return upload.error();
  if (!upload->at("asset_id").is_string()) {
    return Error{ErrorCode::internal, "the finished upload names no asset"};
  }
  asset_id_ = upload->at("asset_id").get<std::string>();
  return {};
}

Result<> DemoLesson::create(ApiClient& publisher) {
  auto body = fields_;
  body["asset_id"] = asset_id_;
  auto lesson = publisher.post("/lessons", body);
  if (!lesson) return lesson.error();
  lesson_id_ = lesson->at("id").get<std::string>();
  lesson_state_ = lesson->at("state").get<std::string>();
  return {};
}

Result<> DemoLesson::post_step(ApiClient& who, const std::string& step) {
  auto lesson = who.post("/lessons/" + lesson_id_ + "/" + step, nlohmann::json::object());
  if (!lesson) return lesson.error();
  lesson_state_ = lesson->at("state").get<std::string>();
  return {};
}

Result<> DemoLesson::advance(const nlohmann::json& asset, ApiClient& publisher,
                             ApiClient& reviewer) {
  const auto state = asset.at("state").get<std::string>();
  if (state == "rejected" || state == "failed") {
    const auto& cause = asset.at("cause");
    const auto why =
        cause.is_object() ? cause.value("title", "") + ": " + cause.value("hint", "") : state;
    return Error{ErrorCode::corrupt, file_name_ + " " + state + ": " + why};
  }
  Result<> step;
  if (lesson_id_.empty()) step = create(publisher);
  if (step && lesson_state_ == "draft" && asset.at("playable") == true) {
    step = post_step(publisher, "submit");
  }
  if (step && lesson_state_ == "in_review") step = post_step(reviewer, "approve");
  const bool is_waiting = lesson_state_ == "approved" || lesson_state_ == "recalled";
  if (step && is_waiting && asset.at("publishable") == true) step = post_step(publisher, "publish");
  if (!step) return step;

  is_ready_ = state == "ready";
  status_ = state_text(state, lesson_state_ == "live");
  if (!is_ready_) status_ += "  " + std::to_string(asset.at("percent").get<int>()) + " %";
  return {};
}

}  // namespace weike::server
