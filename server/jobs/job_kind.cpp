#include "server/jobs/job_kind.hpp"

#include "api/assets/asset_service.hpp"
#include "api/http/digest.hpp"

#include <array>
#include <utility>

namespace weike::server {
namespace {

constexpr std::size_t kIdLetters = 32;
constexpr std::array<std::pair<JobKind, std::string_view>, 2> kLateKinds{
    {{JobKind::top_rung, " top_rung"}, {JobKind::background_rung, " background_rung"}}};

std::string_view word_of(JobKind kind) {
  for (const auto& [known, word] : kLateKinds) {
    if (known == kind) return word;
  }
  return "";
}

}  // namespace

std::string JobOrder::payload() const { return asset.text() + std::string(word_of(kind)); }

std::optional<JobOrder> JobOrder::parse(std::string_view payload) {
  const auto asset = AssetId::parse(payload.substr(0, kIdLetters));
  if (!asset) return std::nullopt;
  const auto word = payload.substr(kIdLetters);
  if (word.empty()) return JobOrder{*asset, JobKind::lesson};
  for (const auto& [kind, known] : kLateKinds) {
    if (known == word) return JobOrder{*asset, kind};
  }
  return std::nullopt;
}

JobId job_id_of(AssetId asset, JobKind kind) {
  if (kind == JobKind::lesson) return assets::job_of(asset);
  const auto hash = http::sha256(JobOrder{asset, kind}.payload());
  return JobId::from_bytes(std::string_view(hash).substr(0, 16)).value_or(JobId{});
}

storage::JobRequest late_job(AssetId asset, UnitId unit, JobKind kind) {
  return {.id = job_id_of(asset, kind),
          .job_class = storage::JobClass::background,
          .unit = unit,
          .payload = JobOrder{asset, kind}.payload()};
}

}  // namespace weike::server
