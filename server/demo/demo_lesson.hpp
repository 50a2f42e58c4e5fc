#pragma once

#include "server/demo/api_client.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace weike::server {

// One lesson of the demo on its way from a file to the feed. Each `advance` does the next thing
// that can be done now, by what the server says about the asset and the lesson; so it may begin
// anywhere.
class DemoLesson {
 public:
  DemoLesson(const nlohmann::json& description, const std::filesystem::path& clips);

  const std::string& title() const { return title_; }
  const std::string& file_name() const { return file_name_; }

  // Takes over what an earlier run left: own lessons, assets and unfinished uploads.
  void recall_from(const nlohmann::json& lessons, const nlohmann::json& assets,
                   const nlohmann::json& uploads);
  bool needs_upload() const { return lesson_id_.empty() && asset_id_.empty(); }
  Result<> upload(ApiClient& publisher, const std::function<void()>& on_progress);

  // `asset` as the server shows it now.
  Result<> advance(const nlohmann::json& asset, ApiClient& publisher, ApiClient& reviewer);
  const std::string& asset_id() const { return asset_id_; }

  bool is_done() const { return is_ready_ && lesson_state_ == "live"; }
  // What is going on, for a person: "上传 Uploading  40 %".
  const std::string& status() const { return status_; }

 private:
  Result<> create(ApiClient& publisher);
  Result<> post_step(ApiClient& who, const std::string& step);

  nlohmann::json fields_;  // The body of POST lessons, but for the asset.
  std::filesystem::path path_;
  std::string file_name_;
  std::string title_;
  std::string unfinished_upload_id_;
  std::string asset_id_;
  std::string lesson_id_;
  std::string lesson_state_;
  bool is_ready_ = false;
  std::string status_ = "等待 Waiting";
};

}  // namespace weike::server
