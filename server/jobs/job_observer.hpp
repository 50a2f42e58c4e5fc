#pragma once

#include "model/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weike::server {

// Told what the pipeline does, for the metrics. Called from any thread; must not block. Every
// function does nothing unless it is overridden.
class JobObserver {
 public:
  virtual ~JobObserver() = default;

  // A segment is durable at its name.
  virtual void on_segment(std::uint64_t /*size_bytes*/) {}
  // Segments that were taken over from an asset with the same source.
  virtual void on_reused(std::size_t /*segments*/) {}
  // A lesson's work began after it had waited in the queue.
  virtual void on_begin(Milliseconds /*waited*/) {}
  // A viewer's request for a segment that was not made yet has ended: it lay there in time or not.
  virtual void on_wish(Milliseconds /*waited*/, bool /*was_made*/) {}
  // How many children stand still now because something else hurries more.
  virtual void on_paused(std::size_t /*children*/) {}
  // A lesson is ready: |forecast after the probe - real time| / real time.
  virtual void on_forecast_error(double /*ratio*/) {}
};

}  // namespace weike::server
