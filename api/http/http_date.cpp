#include "api/http/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace weike::http {
namespace {

namespace chrono = std::chrono;

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Takes one thing after the other off the front of a date; remembers whether all were there.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  bool is_done() const { return is_good_ && rest_.empty(); }
  bool takes(std::string_view wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  void expect(std::string_view wanted) { is_good_ = takes(wanted) && is_good_; }

  unsigned number(std::size_t digits) {
    const std::string_view text = rest_.substr(0, digits);
    const bool is_number =
        text.size() == digits && text.find_first_not_of("0123456789") == std::string_view::npos;
    unsigned value = 0;
    if (is_number) std::from_chars(text.data(), text.data() + text.size(), value);
    is_good_ = is_good_ && is_number;
    rest_.remove_prefix(text.size());
    return value;
  }
  // A day of asctime: " 6" or "16".
  unsigned padded_day() { return takes(" ") ? number(1) : number(2); }

  chrono::month month() {
    for (unsigned i = 0; i < kMonths.size(); ++i) {
      if (takes(kMonths[i])) return chrono::month(i + 1);
    }
    is_good_ = false;
    return chrono::month(0);
  }

  // "08:49:37"; a leap second is allowed.
  chrono::seconds time_of_day() {
    const unsigned hour = number(2);
    expect(":");
    const unsigned minute = number(2);
    expect(":");
    const unsigned second = number(2);
    is_good_ = is_good_ && hour < 24 && minute < 60 && second <= 60;
    return chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second);
  }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

chrono::year year_of(unsigned number) { return chrono::year(static_cast<int>(number)); }

chrono::year year_of_two_digits(unsigned digits, HttpTime now) {
  const chrono::year_month_day today(chrono::floor<chrono::days>(now));
  const int this_year = static_cast<int>(today.year());
  int year = this_year / 100 * 100 + static_cast<int>(digits);
  if (year > this_year + 50) year -= 100;
  if (year <= this_year - 50) year += 100;
  return chrono::year(year);
}

}  // namespace

std::string to_http_date(HttpTime time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  // Day and month names must not follow the locale; this program never sets one.
  const auto length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), length};
}

std::optional<HttpTime> parse_http_date(std::string_view text, HttpTime now) {
  DateReader reader(text);
  const auto* day_name = std::find_if(kDays.begin(), kDays.end(), [&](std::string_view day) {
    return text.starts_with(day.substr(0, 3));
  });
  if (day_name == kDays.end()) return std::nullopt;
  const bool is_long = reader.takes(*day_name);
  if (!is_long) reader.expect(day_name->substr(0, 3));

  chrono::year_month_day date;
  chrono::seconds time{};
  if (is_long) {  // RFC 850.
    reader.expect(", ");
    const chrono::day day(reader.number(2));
    reader.expect("-");
    const chrono::month month = reader.month();
    reader.expect("-");
    date = year_of_two_digits(reader.number(2), now) / month / day;
  } else if (reader.takes(", ")) {
    const chrono::day day(reader.number(2));
    reader.expect(" ");
    const chrono::month month = reader.month();
    reader.expect(" ");
    date = year_of(reader.number(4)) / month / day;
  } else {  // asctime.
    reader.expect(" ");
    const chrono::month month = reader.month();
    reader.expect(" ");
    const chrono::day day(reader.padded_day());
    reader.expect(" ");
    time = reader.time_of_day();
    reader.expect(" ");
    date = year_of(reader.number(4)) / month / day;
    if (!reader.is_done() || !date.ok()) return std::nullopt;
    return HttpTime(chrono::sys_days(date)) + time;
  }
  reader.expect(" ");
  time = reader.time_of_day();
  reader.expect(" GMT");
  if (!reader.is_done() || !date.ok()) return std::nullopt;
  return HttpTime(chrono::sys_days(date)) + time;
}

}  // namespace weike::http
