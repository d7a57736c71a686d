#include "frame_second.hpp"

bool second_is_allowed(const playgate::client &client, playgate::feature which) noexcept
{
    return client.is_allowed(which);
}

const std::size_t *second_capacity() noexcept
{
    return &playgate::function_capacity;
}

playgate::result<playgate::client> second_client(std::string_view player) noexcept
{
    playgate::client_options options;
    options.player = player;
    return playgate::client::open(options);
}

playgate::result<playgate::request_id> second_flush(playgate::client &client, playgate::completion_function done) noexcept
{
    return client.flush(std::move(done));
}
