#pragma once

#include "api/http/cursor.hpp"
#include "api/http/router.hpp"
#include "api/lessons/lesson_presenter.hpp"
#include "api/lessons/lesson_service.hpp"

#include <string>

namespace weike::lessons {

// POST and GET /lessons; GET, PATCH and DELETE /lessons/{id}. `cursor_key`: the installation's
// secret, see http::load_or_make_key(store, "cursor-key").
void add_routes(http::Router& router, LessonService& service, LessonPresenter& presenter,
                std::string cursor_key);

// The {id} of a route below /lessons; `not_found` if it is none.
Result<LessonId> lesson_id_of(const http::Request& request);

}  // namespace weike::lessons
