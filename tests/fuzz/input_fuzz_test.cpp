#include "api/http/conditional.hpp"
#include "api/http/cursor.hpp"
#include "api/http/json_body.hpp"
#include "api/http/ranges.hpp"
#include "api/http/url.hpp"
#include "api/playback/media_signer.hpp"
#include "api/uploads/tus_headers.hpp"
#include "api/uploads/video_sniff.hpp"
#include "server/net/chunk_decoder.hpp"
#include "server/net/head_scan.hpp"
#include "server/net/request_head.hpp"
#include "tests/fuzz/mutator.hpp"

#include <gtest/gtest.h>

#include <set>

// Hostile variants of what comes from outside. Sanitizers watch for what goes wrong inside; the
// expectations here are what must hold for any input at all.
namespace weike::fuzz {
namespace {

TEST(InputFuzz, ARangeLiesInsideTheFile) {
  Mutator ranges({"bytes=0-99", "bytes=-5", "bytes=100-", "bytes=0-0,5-9",
                  "bytes=99-18446744073709551614", "bytes=0-0,2-3,-7,400-,8-8"});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    const auto text = ranges.next();
    const std::uint64_t size = i % 3 == 0 ? 0 : i % 1000;

    const auto answer = http::answer_range(text, "", {"\"1\""}, size);

    if (answer.kind == http::RangeAnswer::Kind::unsatisfiable) continue;
    ASSERT_LE(answer.offset, size) << text;
    ASSERT_LE(answer.length, size - answer.offset) << text;
    const bool is_part = answer.kind == http::RangeAnswer::Kind::part;
    ASSERT_TRUE(!is_part || answer.length > 0) << text;
    ASSERT_LE(answer.parts.size(), http::kMaxRanges) << text;
    std::uint64_t sum = 0;
    for (const auto& part : answer.parts) {
      ASSERT_LE(part.offset + part.length, size) << text;
      sum += part.length;
    }
    ASSERT_LE(sum, size) << "a byte is sent twice for " << text;
  }
}

TEST(InputFuzz, OnlyASealedCursorOpens) {
  const http::CursorSigner signer(std::string(32, 'k'), "feed");
  const std::set<std::string> sealed{signer.seal("2026-11-22|a"),
                                     signer.seal(std::string(40, '\0'))};
  Mutator cursors({sealed.begin(), sealed.end()});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    const auto text = cursors.next();

    const auto position = signer.open(text);

    ASSERT_EQ(position.has_value(), sealed.contains(text)) << text;
  }
}

TEST(InputFuzz, OnlyASignedMediaTokenVerifies) {
  const playback::MediaSigner signer(std::string(32, 'k'));
  const auto asset = AssetId::make_random();
  const auto token = signer.token(asset, {Timestamp{std::chrono::seconds{2'000'000'000}}, 7, {}});
  Mutator tokens({token});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    const auto text = tokens.next();

    ASSERT_EQ(signer.verify(asset, text).has_value(), text == token) << text;
  }
}

TEST(InputFuzz, ATargetThatIsReadHasNoClimbingParts) {
  Mutator targets({"/api/v1/lessons/0f1e?limit=20&cursor=ab%3D", "/media/a/b/v360/0.m4s", "/a/../b",
                   "/%2e%2e/c", "/%252e"});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    http::Request request;
    request.target = targets.next();

    if (!http::read_target(request)) continue;

    ASSERT_TRUE(request.path.starts_with('/')) << request.target;
    ASSERT_EQ(("/" + request.path + "/").find("/../"), std::string::npos) << request.target;
    ASSERT_EQ(request.path.find('\0'), std::string::npos) << request.target;
  }
}

TEST(InputFuzz, UploadFieldsAreReadOrRefused) {
  Mutator metadata(
      {"filename bGVzc29uLm1wNA==,filetype dmlkZW8vbXA0", "filename 5b6u6K++Lm1wNA==", "a,b,c"});
  Mutator checksums(
      {"sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="});
  Mutator counts({"0", "1048576", "9007199254740992"});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    if (const auto read = uploads::parse_metadata(metadata.next())) {
      ASSERT_EQ(read->file_name.find('/'), std::string::npos);
    }
    (void)uploads::parse_checksum(checksums.next());
    http::Headers headers;
    headers.add("Upload-Offset", counts.next());
    if (const auto count = uploads::byte_count(headers, "Upload-Offset"); count && *count) {
      ASSERT_LE(**count, 1ULL << 53);
    }
  }
}

TEST(InputFuzz, TheFirstBytesOfAFileAreJudged) {
  Mutator heads({std::string("\0\0\0\x18"
                             "ftypisom\0\0\0\0isommp42",
                             24),
                 "#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n",
                 std::string("\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x23", 12),
                 "RIFF\x10\x20\x30\x40"
                 "AVI LIST"});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    const auto text = heads.next();
    (void)uploads::sniff(std::string_view(text).substr(0, uploads::kSniffBytes), i % 2 == 0);
  }
}

TEST(InputFuzz, ABodyIsReadWholeOrRefused) {
  Mutator bodies(
      {R"({"title":"微党课","kind":"news","asset_id":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","tags":["a","b"]})",
       R"({"title":"\ud83d\ude00","tags":[]})", R"({"items":[{"ranges_ms":[[0,5]]}]})"});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    http::Request request;
    request.headers.add("Content-Type", "application/json");
    request.body = bodies.next();
    http::JsonBody body(request);

    const auto title = body->text("title", {1, 80});
    const auto tags = body->optional_texts("tags", 20, {1, 40});

    if (body.finish()) {
      ASSERT_FALSE(title.empty()) << request.body;
      ASSERT_LE(tags.value_or(std::vector<std::string>{}).size(), 20U) << request.body;
    }
  }
}

TEST(InputFuzz, ARequestHeadIsFramedInOneWayOrRefused) {
  const server::NetOptions options;
  Mutator heads(
      {"GET /api/v1/feed?limit=20 HTTP/1.1\r\nHost: localhost\r\nCookie: weike_session=x\r\n\r\n",
       "POST /api/v1/sessions HTTP/1.1\r\nHost: a:80\r\nContent-Length: 12\r\n\r\n",
       "PATCH /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
       "POST /u HTTP/1.0\r\nX-HTTP-Method-Override: PATCH\r\n\r\n"});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    const auto text = heads.next();
    const auto scan = server::scan_head(text);
    if (scan.state != server::HeadScan::State::complete) continue;
    ASSERT_LE(scan.end, text.size());

    server::ParsedHead parsed;
    const auto bytes = std::string_view(text).substr(scan.skipped, scan.end - scan.skipped);
    if (server::parse_head(bytes, options, parsed) != server::Refusal::none) continue;

    ASSERT_FALSE(parsed.framing.is_chunked && parsed.framing.content_length > 0) << text;
  }
}

TEST(InputFuzz, ChunksGiveNoMoreThanTheyHold) {
  Mutator bodies({"5\r\nhello\r\n0\r\n\r\n", "1;a=b\r\nx\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
                  "ffffffffffffffff\r\n"});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    auto text = bodies.next();
    server::ChunkDecoder decoder;

    const auto step = decoder.decode(std::span<char>(text.data(), text.size()));

    ASSERT_LE(step.consumed, text.size());
    ASSERT_LE(step.produced, step.consumed);
  }
}

TEST(InputFuzz, TagsAreCompared) {
  Mutator tags({"\"1\"", "W/\"1\", \"2\"", "*", "\"a\",\"b\""});
  for (std::size_t i = 0; i < Mutator::rounds(); ++i) {
    const auto text = tags.next();
    (void)http::is_not_modified(text, "\"1\"");
    (void)http::is_match(text, "\"1\"");
  }
}

}  // namespace
}  // namespace weike::fuzz
