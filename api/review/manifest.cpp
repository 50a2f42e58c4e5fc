#include "api/review/manifest.hpp"

#include "api/http/digest.hpp"
#include "model/json.hpp"

namespace weike::review {

std::string manifest_sha256(const LessonVersion& version, const Asset& asset,
                            std::string_view plan_sha256) {
  const auto& content = version.content;
  nlohmann::json trim = nullptr;
  if (asset.trim) trim = {{"in_ms", asset.trim->in_ms}, {"out_ms", asset.trim->out_ms}};
  const nlohmann::json manifest = {{"manifest", 1},
                                   {"version", version.number},
                                   {"source_sha256", asset.source_sha256},
                                   {"plan_sha256", plan_sha256},
                                   {"trim", std::move(trim)},
                                   {"title", content.title},
                                   {"summary", content.summary},
                                   {"kind", name_of(content.kind)},
                                   {"audience", name_of(content.audience)},
                                   {"channel", content.channel},
                                   {"tags", content.tags},
                                   {"person", content.person},
                                   {"teacher", content.teacher},
                                   {"cover", content.cover},
                                   {"captions", content.captions},
                                   {"chapters", content.chapters}};
  // Sorted names, no white space, UTF-8 as it is: the same content always gives the same bytes.
  return http::to_hex(http::sha256(manifest.dump()));
}

}  // namespace weike::review
