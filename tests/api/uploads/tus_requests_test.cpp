#include "tests/api/uploads/uploads_fixture.hpp"

namespace weike::uploads {
namespace {

struct Row {
  std::string name;
  Method method;
  Fields fields;
  std::string body;
  int status;
  std::string code;
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

class TusTable : public UploadsTest, public ::testing::WithParamInterface<Row> {};

// Against an upload of 10000 bytes of which 5000 have come; creations go to the collection.
TEST_P(TusTable, Answers) {
  const auto& row = GetParam();
  const auto path = create_upload(10'000);
  ASSERT_EQ(patch(path, 0, video_bytes(5'000)).status, 204);
  auto sent = request(row.method, row.method == Method::post ? std::string(kUploads) : path);
  for (const auto& [name, value] : row.fields) sent.headers.set(name, value);

  const auto response = send(sent, row.body);

  EXPECT_EQ(response.status, row.status);
  EXPECT_EQ(code_of(response), row.code);
  EXPECT_EQ(response.headers.get("Tus-Resumable"), "1.0.0");
  if (row.status == 412) {
    EXPECT_EQ(response.headers.get("Tus-Version"), "1.0.0");
  }
  if (row.status >= 400) {
    EXPECT_EQ(offset_of(path), "5000");
  }
}

const Fields kChunk = {{"Content-Type", "application/offset+octet-stream"},
                       {"Upload-Offset", "5000"}};

Fields chunk_with(std::string name, std::string value) {
  auto fields = kChunk;
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  fields.emplace_back(std::move(name), std::move(value));
  return fields;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, TusTable,
    ::testing::Values(
        Row{"patch", Method::patch, kChunk, "abc", 204, ""},
        Row{"empty patch", Method::patch, kChunk, "", 204, ""},
        Row{"other version", Method::patch, chunk_with("Tus-Resumable", "0.2.2"), "abc", 412,
            "tus_version"},
        Row{"no version", Method::head, {{"Tus-Resumable", ""}}, "", 412, "tus_version"},
        Row{"delete in another version",
            Method::del,
            {{"Tus-Resumable", "2.0.0"}},
            "",
            412,
            "tus_version"},
        Row{"wrong type", Method::patch, chunk_with("Content-Type", "video/mp4"), "abc", 415,
            "offset_type_expected"},
        Row{"no offset",
            Method::patch,
            {{"Content-Type", "application/offset+octet-stream"}},
            "a",
            400,
            "missing_field"},
        Row{"offset behind", Method::patch, chunk_with("Upload-Offset", "4999"), "abc", 409,
            "offset_mismatch"},
        Row{"offset ahead", Method::patch, chunk_with("Upload-Offset", "5001"), "abc", 409,
            "offset_mismatch"},
        Row{"negative offset", Method::patch, chunk_with("Upload-Offset", "-1"), "abc", 400,
            "invalid_argument"},
        Row{"offset that is no number", Method::patch, chunk_with("Upload-Offset", "5000x"), "abc",
            400, "invalid_argument"},
        Row{"huge offset", Method::patch, chunk_with("Upload-Offset", "18446744073709551616"),
            "abc", 400, "invalid_argument"},
        Row{"empty offset", Method::patch, chunk_with("Upload-Offset", ""), "abc", 400,
            "invalid_argument"},
        Row{"beyond the length, announced", Method::patch, chunk_with("Content-Length", "5001"), "",
            413, "beyond_length"},
        Row{"another length", Method::patch, chunk_with("Upload-Length", "20000"), "abc", 400,
            "invalid_argument"},
        Row{"unknown checksum", Method::patch, chunk_with("Upload-Checksum", "md5 AAAA"), "abc",
            400, "bad_checksum"},
        Row{"short checksum", Method::patch, chunk_with("Upload-Checksum", "sha1 AAAA"), "abc", 400,
            "bad_checksum"},
        Row{"checksum without digest", Method::patch, chunk_with("Upload-Checksum", "sha1"), "abc",
            400, "bad_checksum"},
        Row{"creation", Method::post, {{"Upload-Length", "1"}}, "", 201, ""},
        Row{"creation in another version",
            Method::post,
            {{"Upload-Length", "1"}, {"Tus-Resumable", "0.9"}},
            "",
            412,
            "tus_version"},
        Row{"creation without length", Method::post, {}, "", 400, "missing_field"},
        Row{"length and no length",
            Method::post,
            {{"Upload-Length", "1"}, {"Upload-Defer-Length", "1"}},
            "",
            400,
            "invalid_argument"},
        Row{"bad defer", Method::post, {{"Upload-Defer-Length", "2"}}, "", 400, "invalid_argument"},
        Row{"empty file", Method::post, {{"Upload-Length", "0"}}, "", 400, "upload_empty"},
        Row{"negative length",
            Method::post,
            {{"Upload-Length", "-5"}},
            "",
            400,
            "invalid_argument"},
        Row{"above the limit",
            Method::post,
            {{"Upload-Length", "4194305"}},
            "",
            413,
            "upload_too_large"},
        Row{"malformed metadata",
            Method::post,
            {{"Upload-Length", "1"}, {"Upload-Metadata", "filename !!!"}},
            "",
            400,
            "invalid_argument"},
        Row{"metadata twice",
            Method::post,
            {{"Upload-Length", "1"}, {"Upload-Metadata", "filename YQ==,filename Yg=="}},
            "",
            400,
            "invalid_argument"},
        Row{"file name with control characters",
            Method::post,
            {{"Upload-Length", "1"}, {"Upload-Metadata", "filename YQpi"}},
            "",
            400,
            "invalid_argument"},
        Row{"declared as text",
            Method::post,
            {{"Upload-Length", "1"}, {"Upload-Metadata", "filetype dGV4dC9wbGFpbg=="}},
            "",
            415,
            "not_a_video"},
        Row{"named as a playlist",
            Method::post,
            {{"Upload-Length", "1"}, {"Upload-Metadata", "filename YS5tM3U4"}},
            "",
            415,
            "not_a_video"},
        Row{"creation with a body of another type",
            Method::post,
            {{"Upload-Length", "3"}, {"Content-Length", "3"}, {"Content-Type", "text/plain"}},
            "abc",
            415,
            "offset_type_expected"}),
    [](const auto& row) {
      std::string name = row.param.name;
      std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
      return name;
    });

}  // namespace
}  // namespace weike::uploads
