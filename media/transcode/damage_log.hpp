#pragma once

#include <cstdint>
#include <set>

namespace weike::media {

// When the frames of a source should have been shown that could not be decoded. Times in
// microseconds. One thread.
class DamageLog {
 public:
  // Reading begins anew. What is shown before `first_us` may refer to what was not read (the
  // leading pictures of an open GOP) and is not held against the source.
  void start(std::int64_t first_us);
  // A frame of this time went into the decoder and has to come out.
  void expect(std::int64_t time_us);
  // The frame of this time is broken.
  void fail(std::int64_t time_us);
  // The frame of this time came out, but is not shown; whether one is missing is told by `fail`.
  void leave_out(std::int64_t time_us) { expected_.erase(time_us); }
  // A good frame came out, in order of showing; those before it that did not are lost, unless
  // frames come in two packets (fields), when not every time has a frame.
  void come_out(std::int64_t time_us, bool is_field_pair);
  // Nothing more will come out.
  void end();

  // Whether a frame after `after_us` and not after `until_us` is broken. What lies before is
  // forgotten.
  bool has_between(std::int64_t after_us, std::int64_t until_us);
  // Nothing was broken since the start.
  bool is_clean() const { return is_clean_; }

 private:
  std::set<std::int64_t> expected_;
  std::set<std::int64_t> broken_;
  std::int64_t first_us_ = INT64_MIN;
  bool is_clean_ = true;
};

}  // namespace weike::media
