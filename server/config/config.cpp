#include "server/config/config.hpp"

#include "server/config/config_checks.hpp"
#include "server/config/config_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>
#include <type_traits>

namespace weike::server {
namespace {

using nlohmann::json;

template <class T>
constexpr bool kIsList = std::is_same_v<T, std::vector<std::string>>;
template <class T>
constexpr bool kIsChannels = std::is_same_v<T, std::vector<lessons::Channel>>;

constexpr std::array kPlainPorts{std::pair{PlainPort::redirect, "redirect"},
                                 std::pair{PlainPort::serve, "serve"},
                                 std::pair{PlainPort::off, "off"}};

class Writer {
 public:
  template <class Body>
  void section(const char* name, Body body) {
    nlohmann::ordered_json outer = std::exchange(out_, nlohmann::ordered_json::object());
    body();
    outer[name] = std::exchange(out_, {});
    out_ = std::move(outer);
  }

  template <class T>
  void field(const char* name, const T& value) {
    if constexpr (std::is_same_v<T, Milliseconds>) {
      out_[name] = value.count();
    } else if constexpr (std::is_same_v<T, PlainPort>) {
      for (const auto& [port, word] : kPlainPorts) {
        if (port == value) out_[name] = word;
      }
    } else if constexpr (kIsChannels<T>) {
      out_[name] = nlohmann::ordered_json::array();
      for (const lessons::Channel& channel : value) {
        out_[name].push_back(
            {{"id", channel.id}, {"title_zh", channel.title_zh}, {"title_en", channel.title_en}});
      }
    } else {
      out_[name] = value;
    }
  }

  nlohmann::ordered_json take() { return std::move(out_); }

 private:
  nlohmann::ordered_json out_ = nlohmann::ordered_json::object();
};

class Reader {
 public:
  explicit Reader(const json& root) : object_(&root) {}

  template <class Body>
  void section(const char* name, Body body) {
    const json* found = take(name);
    if (found == nullptr) return;
    if (!found->is_object()) return fail(name, "must be an object");
    const json* outer = std::exchange(object_, found);
    std::set<std::string> outer_known = std::exchange(known_, {});
    const std::string outer_prefix = prefix_;
    prefix_ += std::string(name) + ".";
    body();
    refuse_unknown();
    object_ = outer;
    known_ = std::move(outer_known);
    prefix_ = outer_prefix;
  }

  template <class T>
  void field(const char* name, T& value) {
    const json* found = take(name);
    if (found == nullptr) return;
    if (const char* why = read(*found, value)) fail(name, why);
  }

  Result<> finish() {
    refuse_unknown();
    if (failure_) return *failure_;
    return {};
  }

 private:
  const json* take(const char* name) {
    known_.insert(name);
    const auto found = object_->find(name);
    return found == object_->end() ? nullptr : &*found;
  }

  void refuse_unknown() {
    for (const auto& [key, value] : object_->items()) {
      if (!known_.contains(key)) fail(key, "is unknown");
    }
  }

  void fail(const std::string& name, const char* why) {
    if (!failure_) failure_ = bad_key(prefix_ + name, why);
  }

  // What is wrong, or null.
  template <class T>
  static const char* read(const json& found, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      if (!found.is_boolean()) return "must be true or false";
      value = found.get<bool>();
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!found.is_string()) return "must be a text";
      value = found.get<std::string>();
    } else if constexpr (std::is_integral_v<T>) {
      if (!found.is_number_unsigned()) return "must be a whole number, 0 or greater";
      const auto number = found.get<std::uint64_t>();
      if (number > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) return "is too large";
      value = static_cast<T>(number);
    } else if constexpr (std::is_same_v<T, Milliseconds>) {
      constexpr std::uint64_t kCentury = 100ULL * 366 * 24 * 3600 * 1000;
      if (!found.is_number_unsigned()) return "must be a number of milliseconds";
      if (found.get<std::uint64_t>() > kCentury) return "is too large";
      value = Milliseconds{found.get<std::int64_t>()};
    } else if constexpr (std::is_same_v<T, PlainPort>) {
      const auto chosen =
          std::find_if(kPlainPorts.begin(), kPlainPorts.end(),
                       [&](const auto& known) { return found == json(known.second); });
      if (chosen == kPlainPorts.end()) return "must be redirect, serve or off";
      value = chosen->first;
    } else if constexpr (kIsList<T>) {
      return read_list(found, value);
    } else {
      return read_channels(found, value);
    }
    return nullptr;
  }

  static const char* read_list(const json& found, std::vector<std::string>& value) {
    const auto is_text = [](const json& item) { return item.is_string(); };
    if (!found.is_array() || !std::all_of(found.begin(), found.end(), is_text)) {
      return "must be a list of texts";
    }
    value = found.get<std::vector<std::string>>();
    return nullptr;
  }

  static const char* read_channels(const json& found, std::vector<lessons::Channel>& value) {
    constexpr const char* kWrong =
        "must be a list of objects with id (lower-case letters, digits, '-'), title_zh, title_en";
    if (!found.is_array() || found.empty()) return kWrong;
    std::vector<lessons::Channel> channels;
    for (const json& item : found) {
      if (!item.is_object() || item.size() != 3) return kWrong;
      for (const char* key : {"id", "title_zh", "title_en"}) {
        if (!item.contains(key) || !item[key].is_string()) return kWrong;
      }
      lessons::Channel channel{item["id"].get<std::string>(), item["title_zh"].get<std::string>(),
                               item["title_en"].get<std::string>()};
      const bool is_word = std::all_of(channel.id.begin(), channel.id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
      if (channel.id.empty() || !is_word) return kWrong;
      if (lessons::find_channel(channels, channel.id) != nullptr) return "names a channel twice";
      channels.push_back(std::move(channel));
    }
    value = std::move(channels);
    return nullptr;
  }

  const json* object_;
  std::set<std::string> known_;
  std::string prefix_;
  std::optional<Error> failure_;
};

}  // namespace

Result<> apply_json(const json& source, Config& config) {
  if (!source.is_object()) return bad_key("", "the configuration must be a JSON object");
  Reader reader(source);
  describe(reader, config);
  if (const auto done = reader.finish(); !done) return done.error();
  if (const auto fits = check_ranges(config); !fits) return fits.error();
  return apply_listen(config.listen, config.net);
}

Result<Config> load_config(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{ErrorCode::not_found, "cannot read " + file.string()};
  // Unlike a reading iterator this throws nothing where reading fails, as with a folder.
  std::ostringstream text;
  if (!(text << stream.rdbuf())) {
    return Error{ErrorCode::invalid_argument, file.string() + " is empty or cannot be read"};
  }
  // Comments are welcome.
  const json parsed = json::parse(text.str(), nullptr, false, true);
  if (parsed.is_discarded()) {
    return Error{ErrorCode::invalid_argument, file.string() + " is no valid JSON"};
  }
  Config config;
  if (const auto applied = apply_json(parsed, config); !applied) return applied.error();
  return config;
}

nlohmann::ordered_json to_json(const Config& config) {
  Writer writer;
  describe(writer, config);
  return writer.take();
}

Result<> apply_listen(std::string_view listen, NetOptions& net) {
  const Error bad{ErrorCode::invalid_argument,
                  "cannot listen on \"" + std::string(listen) + "\": expected ADDRESS:PORT",
                  "bad_configuration", "listen"};
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return bad;
  std::string_view address = listen.substr(0, colon);
  const std::string_view port = listen.substr(colon + 1);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  } else if (address.find(':') != std::string_view::npos) {
    return bad;
  }
  std::uint16_t number = 0;
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (address.empty() || failure != std::errc{} || end != port.data() + port.size()) return bad;
  net.address = address;
  net.port = number;
  return {};
}

std::filesystem::path find_web_root(const Config& config) {
  namespace fs = std::filesystem;
  if (!config.web_root.empty()) return config.web_root;
  std::error_code failure;
  const fs::path program = fs::read_symlink("/proc/self/exe", failure);
  // <source>/build/release/bin/weike
  const fs::path beside = program.parent_path() / "../../../web/dist";
  if (!failure && fs::is_directory(beside, failure)) return fs::weakly_canonical(beside, failure);
  return "/usr/share/weike/web";
}

}  // namespace weike::server
