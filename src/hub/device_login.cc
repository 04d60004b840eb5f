#include "hub/device_login.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "hub/accounts.h"
#include "hub/guards.h"

namespace kohaku::hub {
namespace {

// No vowels, so that no words appear, and no letter that looks like another or like a digit
// (RFC 8628, section 6.1).
constexpr std::string_view alphabet = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t code_letters = 8;
constexpr std::size_t longest_client_id = 200;
constexpr std::int64_t most_waiting = 10'000;
// How long a code is remembered after its time, to tell its program that it is over.
constexpr std::int64_t memory_seconds = 3600;

std::string random_user_code() {
  std::string code;
  while (code.size() < code_letters) {
    std::array<std::byte, 1> byte{};
    random_bytes(byte);
    const auto value = std::to_integer<std::size_t>(byte[0]);
    if (value < 256 - 256 % alphabet.size()) code.push_back(alphabet[value % alphabet.size()]);
  }
  return code.insert(code_letters / 2, "-");
}

Result<> insert_device_login(db::Connection& connection, const DeviceLogin& login,
                             const std::string& client_id, Micros now) {
  TRY(connection.sql("DELETE FROM device_login WHERE expires_at < ?1")
          .bind(now.plus_seconds(-memory_seconds))
          .run());
  const auto count = TRY(connection.sql("SELECT count(*) FROM device_login").first<std::int64_t>());
  if (count && std::get<0>(*count) >= most_waiting) {
    return fail_too_many("Too many sign-ins wait for approval. Try again later.",
                         device_login_seconds);
  }
  TRY(connection
          .sql("INSERT INTO device_login (device_code_hash, user_code, client_id, status, "
               "created_at, expires_at) VALUES (?1, ?2, ?3, 'pending', ?4, ?5)")
          .bind(secret_hash(login.device_code), login.user_code, client_id, now,
                now.plus_seconds(device_login_seconds))
          .run());
  return {};
}

Result<Micros> require_waiting(db::Connection& connection, std::string_view user_code, Micros now) {
  const auto row = TRY(connection
                           .sql("SELECT created_at FROM device_login WHERE user_code = ?1 AND "
                                "status = 'pending' AND expires_at > ?2")
                           .bind(user_code, now)
                           .first<Micros>());
  if (row) return std::get<0>(*row);
  return fail(Code::not_found,
              "This code is not known or has expired. Start again on your device.");
}

Result<std::string> read_typed_code(Hub& hub, const User& user, std::string_view typed) {
  if (!hub.guards->user_codes_by_user.try_once(std::to_string(user.id.value), hub.clock.now())) {
    return fail_too_many("Too many codes were tried. Wait a quarter of an hour.",
                         device_login_seconds);
  }
  auto code = normalize_user_code(typed);
  if (code) return std::move(*code);
  return fail(Code::not_found, "This is not a code. It looks like BCDF-GHJK.");
}

struct Row {
  std::string status;
  std::optional<AccountId> user;
  Micros last_polled_at;
  Micros expires_at;
};

Result<std::optional<Row>> read_row(db::Connection& connection, const Sha256& hash,
                                    std::string_view client_id) {
  auto row = TRY(connection
                     .sql("SELECT status, user_id, last_polled_at, expires_at FROM device_login "
                          "WHERE device_code_hash = ?1 AND client_id = ?2")
                     .bind(hash, client_id)
                     .first<std::string, std::optional<AccountId>, Micros, Micros>());
  if (!row) return std::nullopt;
  auto& [status, user, polled, expires] = *row;
  return Row{std::move(status), user, polled, expires};
}

Result<DevicePoll> note_poll(db::Connection& connection, const Sha256& hash, const Row& row,
                             Micros now) {
  if (now < row.last_polled_at.plus_seconds(device_poll_seconds)) {
    return DevicePoll{DevicePoll::State::slow_down, {}};
  }
  TRY(connection.sql("UPDATE device_login SET last_polled_at = ?1 WHERE device_code_hash = ?2")
          .bind(now, hash)
          .run());
  return DevicePoll{DevicePoll::State::pending, {}};
}

// The token comes into being with the answer, so that none lies about that nobody fetched.
Result<DevicePoll> hand_out(db::Connection& connection, const Sha256& hash, const Row& row,
                            NewToken token) {
  const auto account = row.user ? TRY(find_account(connection, *row.user)) : std::nullopt;
  if (!account || !account->is_active) return DevicePoll{DevicePoll::State::denied, {}};
  TRY(connection.sql("UPDATE device_login SET status = 'used' WHERE device_code_hash = ?1")
          .bind(hash)
          .run());
  TRY(insert_token(connection, account->id, token));
  return DevicePoll{DevicePoll::State::approved, std::move(token)};
}

}  // namespace

Result<DeviceLogin> begin_device_login(Hub& hub, const std::string& client_id,
                                       std::string_view address) {
  if (client_id.empty() || client_id.size() > longest_client_id) {
    return fail(Code::bad_request, "'client_id' is missing or too long.");
  }
  const auto now = hub.clock.now();
  if (!hub.guards->device_logins_by_address.try_once(address, now)) {
    return fail_too_many("Too many sign-ins were begun. Try again later.", device_login_seconds);
  }
  DeviceLogin login{random_text(43), random_user_code()};
  TRY(hub.database.write_now(
      [&](auto& connection) { return insert_device_login(connection, login, client_id, now); }));
  return login;
}

std::optional<std::string> normalize_user_code(std::string_view typed) {
  if (typed.size() > 64) return std::nullopt;
  std::string code;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (alphabet.find(c) == alphabet.npos) return std::nullopt;
    code.push_back(c);
  }
  if (code.size() != code_letters) return std::nullopt;
  return code.insert(code_letters / 2, "-");
}

Result<Micros> find_device_login(Hub& hub, const User& user, std::string_view user_code) {
  const auto code = TRY(read_typed_code(hub, user, user_code));
  return hub.database.read_now([&](auto& c) { return require_waiting(c, code, hub.clock.now()); });
}

Result<> decide_device_login(Hub& hub, const User& user, std::string_view user_code,
                             Decision decision) {
  const auto code = TRY(read_typed_code(hub, user, user_code));
  const std::string_view status = decision == Decision::approve ? "approved" : "denied";
  return hub.database.write_now([&](db::Connection& connection) -> Result<> {
    TRY(require_waiting(connection, code, hub.clock.now()));
    TRY(connection.sql("UPDATE device_login SET status = ?1, user_id = ?2 WHERE user_code = ?3")
            .bind(status, user.id, code)
            .run());
    return {};
  });
}

Result<DevicePoll> poll_device_login(Hub& hub, std::string_view device_code,
                                     std::string_view client_id) {
  using State = DevicePoll::State;
  const auto hash = secret_hash(device_code);
  const auto now = hub.clock.now();
  // A code that nobody gave out costs no write.
  const auto known =
      TRY(hub.database.read_now([&](auto& c) { return read_row(c, hash, client_id); }));
  if (!known) return DevicePoll{State::unknown, {}};
  const auto token = make_token(hub, fmt::format("hf auth login ({})", iso_date(now).substr(0, 10)),
                                TokenRole::write);
  return hub.database.write_now([&](db::Connection& connection) -> Result<DevicePoll> {
    const auto row = TRY(read_row(connection, hash, client_id));
    if (!row || row->status == "used") return DevicePoll{State::unknown, {}};
    if (row->status == "denied") return DevicePoll{State::denied, {}};
    if (now >= row->expires_at) return DevicePoll{State::expired, {}};
    if (row->status == "pending") return note_poll(connection, hash, *row, now);
    return hand_out(connection, hash, *row, token);
  });
}

}  // namespace kohaku::hub
