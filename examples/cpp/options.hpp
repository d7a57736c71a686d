/* The game's command line: each option is followed by its value. */
#ifndef OPTIONS_HPP
#define OPTIONS_HPP

#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

class Options {
public:
    static constexpr const char *usage =
        "usage: game --player NAME [--server URL] [--token TOKEN] [--folder DIR] [--key 64_HEX_DIGITS]\n"
        "            [--adopt FILE] [--taps FILE] [--code-site TEXT] [--language TAG]\n"
        "            [--ads URL --ad-token TOKEN] [--frames N] [--refresh-ms MS] [--network off]\n";

    Options(int count, char **arguments)
    {
        const std::set<std::string_view> known = {
            "--player",   "--server", "--token",    "--folder", "--key",        "--adopt",  "--taps", "--code-site",
            "--language", "--ads",    "--ad-token", "--frames", "--refresh-ms", "--network"};
        for (int i = 1; i < count; i += 2) {
            are_right_ = are_right_ && i + 1 < count && known.count(arguments[i]) != 0;
            if (are_right_) {
                given_[arguments[i]] = arguments[i + 1];
            }
        }
        const std::string_view key = (*this)["--key"];
        const bool is_hex = key.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
        are_right_ = are_right_ && !(*this)["--player"].empty() && is_hex && (key.empty() || key.size() == 64);
    }

    bool are_right() const { return are_right_; }

    /// An option's value; empty when it was not given.
    std::string_view operator[](std::string_view name) const
    {
        const auto found = given_.find(name);
        return found == given_.end() ? std::string_view() : std::string_view(found->second);
    }

    /// The same as a number; 0 when it was not given.
    long number(std::string_view name) const { return std::strtol(std::string((*this)[name]).c_str(), nullptr, 10); }

    /// The same as bytes that were given in hex.
    std::vector<std::uint8_t> bytes(std::string_view name) const
    {
        std::vector<std::uint8_t> bytes;
        const std::string hex((*this)[name]);
        for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
            bytes.push_back(static_cast<std::uint8_t>(std::strtoul(hex.substr(at, 2).c_str(), nullptr, 16)));
        }
        return bytes;
    }

private:
    std::map<std::string, std::string, std::less<>> given_{};
    bool are_right_ = true;
};

#endif
