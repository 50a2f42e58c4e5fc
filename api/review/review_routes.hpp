#pragma once

#include "api/http/router.hpp"
#include "api/lessons/lesson_presenter.hpp"
#include "api/review/review_service.hpp"

namespace weike::review {

// POST /lessons/{id}/submit | approve | return | publish | recall and GET /lessons/{id}/decisions.
void add_routes(http::Router& router, ReviewService& service, lessons::LessonPresenter& presenter);

}  // namespace weike::review
