/* The second file of the test frame.cpp. */
#ifndef FRAME_SECOND_HPP
#define FRAME_SECOND_HPP

#include <playgate.hpp>

/// Asks from the other file.
bool second_is_allowed(const playgate::client &client, playgate::feature which) noexcept;

/// Where the other file has a constant of the header.
const std::size_t *second_capacity() noexcept;

/// Opened there, used here.
playgate::result<playgate::client> second_client(std::string_view player) noexcept;

/// Made here, kept there.
playgate::result<playgate::request_id> second_flush(playgate::client &client, playgate::completion_function done) noexcept;

#endif
