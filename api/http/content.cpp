#include "api/http/content.hpp"

#include "api/http/multipart_ranges.hpp"
#include "api/http/ranges.hpp"

#include <utility>

namespace weike::http {
namespace {

constexpr std::string_view kVaryByCoding = "Accept-Encoding";

// "\"17\"" and br: "\"17-br\"".
std::string tag_of(std::string_view etag, Coding coding) {
  std::string tag(etag);
  if (coding == Coding::identity || tag.empty()) return tag;
  tag.pop_back();
  return tag.append("-").append(name_of(coding)).append("\"");
}

std::size_t place_of(Coding coding) { return static_cast<std::size_t>(coding) - 1; }

}  // namespace

Content::Content(SharedBytes bytes, ContentTraits traits)
    : bytes_(std::move(bytes)),
      traits_(std::move(traits)),
      may_pack_(is_worth_packing(traits_.type, bytes_->size())),
      plain_(make_form(Coding::identity, bytes_)) {}

std::unique_ptr<const Content::Form> Content::make_form(Coding coding, SharedBytes bytes) const {
  auto form = std::make_unique<Form>();
  form->bytes = std::move(bytes);
  form->etag = tag_of(traits_.etag, coding);
  form->coding = coding;
  std::string vary = traits_.vary;
  if (may_pack_) vary.append(vary.empty() ? "" : ", ").append(kVaryByCoding);
  for (const auto& caching : traits_.caching) {
    FixedFields bare;
    bare.add("ETag", form->etag).add("Cache-Control", caching);
    if (traits_.last_modified) bare.add("Last-Modified", to_http_date(*traits_.last_modified));
    if (!vary.empty()) bare.add("Vary", vary);
    FixedFields whole = bare;
    whole.add("Content-Type", traits_.type);
    if (coding != Coding::identity) whole.add("Content-Encoding", name_of(coding));
    if (traits_.serves_ranges) whole.add("Accept-Ranges", "bytes");
    for (const auto& [name, value] : traits_.safety) whole.add(name, value);
    form->bare.push_back(std::make_shared<const FixedFields>(std::move(bare)));
    form->whole.push_back(std::make_shared<const FixedFields>(std::move(whole)));
  }
  return form;
}

const Content::Form& Content::form(Coding coding) const {
  if (coding == Coding::identity) return *plain_;
  Place& place = packed_[place_of(coding)];
  std::call_once(place.once, [&] {
    auto packed = pack(coding, *bytes_, traits_.effort);
    if (packed) place.own = make_form(coding, std::move(packed));
    place.made = place.own ? place.own.get() : plain_.get();
  });
  return *place.made;
}

// Range is defined for GET alone (RFC 9110 §14.2).
bool Content::asks_for_part(const ContentRequest& request) const {
  return traits_.serves_ranges && request.method == Method::get &&
         !request.conditions.range.empty();
}

Coding Content::coding_for(const ContentRequest& request) const {
  if (!may_pack_ || asks_for_part(request)) return Coding::identity;
  return preferred_coding(request.accept_encoding);
}

std::optional<Response> Content::answer_from_memory(const ContentRequest& request) const {
  const Coding coding = coding_for(request);
  const Form* known =
      coding == Coding::identity ? plain_.get() : packed_[place_of(coding)].made.load();
  if (known == nullptr) return std::nullopt;
  return respond(*known, request);
}

Result<Response> Content::answer(const ContentRequest& request) const {
  auto response = respond(form(coding_for(request)), request);
  if (!response) return Error{ErrorCode::precondition_failed, "another state of the content"};
  return std::move(*response);
}

bool Content::pack_one() const {
  if (!may_pack_) return false;
  for (const Coding coding : {Coding::gzip, Coding::brotli}) {
    if (packed_[place_of(coding)].made.load() != nullptr) continue;
    form(coding);
    return true;
  }
  return false;
}

// Nothing when the conditions fail.
std::optional<Response> Content::respond(const Form& form, const ContentRequest& request) const {
  const Validators validators{form.etag, traits_.last_modified};
  const Verdict verdict = judge(request.conditions, request.method, validators);
  if (verdict == Verdict::failed) return std::nullopt;
  if (verdict == Verdict::not_modified) {
    Response response;
    response.status = 304;
    response.headers = Headers(form.bare[request.readers]);
    return response;
  }
  return asks_for_part(request) ? part_of_plain(request) : whole_of(form, request);
}

Response Content::whole_of(const Form& form, const ContentRequest& request) const {
  Response response;
  response.headers = Headers(form.whole[request.readers]);
  response.body = form.copy.answer_with(form.bytes);
  return response;
}

// What is sent is a copy, for contents are small.
Response Content::part_of_plain(const ContentRequest& request) const {
  const std::uint64_t size = bytes_->size();
  const Validators validators{plain_->etag, traits_.last_modified};
  auto answer =
      answer_range(request.conditions.range, request.conditions.if_range, validators, size);
  if (answer.kind == RangeAnswer::Kind::whole) return whole_of(*plain_, request);
  const auto stretch_of = [bytes = bytes_](std::uint64_t offset, std::uint64_t length) {
    return SharedBytes(std::make_shared<const std::string>(*bytes, offset, length));
  };
  Response response;
  if (answer.kind == RangeAnswer::Kind::part) {
    response.status = 206;
    response.headers = Headers(plain_->whole[request.readers]);
    response.headers.set_content_range(answer.offset, answer.length, size);
    response.body = stretch_of(answer.offset, answer.length);
    return response;
  }
  response.headers = Headers(plain_->bare[request.readers]);
  response.headers.add("Accept-Ranges", "bytes");
  if (answer.kind == RangeAnswer::Kind::unsatisfiable) {
    response.status = 416;
    response.headers.set_content_range(0, 0, size);
    return response;
  }
  for (const auto& [name, value] : traits_.safety) response.headers.add(name, value);
  send_as_multipart(response, std::move(answer.parts), size, traits_.type, stretch_of);
  return response;
}

}  // namespace weike::http
