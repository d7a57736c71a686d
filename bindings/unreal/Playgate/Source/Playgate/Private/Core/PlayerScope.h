// Where a player's records are, and under which key, when one process plays several games. Knows nothing of the engine.
#pragma once

#include <string>

namespace PlaygateCore
{

/** The number that stands for a game outside the editor. */
constexpr int NotInEditor = -1;

/**
 * The key of a player: in the editor each play instance has its own, so that the player of the first window is not that of
 * the second one, as long as they play at the same time. Outside it is the player's own key.
 */
std::string ScopedPlayer(const std::string& Player, int PlayInstance);

/** The folder of the records, likewise: a folder of its own for each play instance of the editor. */
std::string ScopedFolder(const std::string& Folder, int PlayInstance);

} // namespace PlaygateCore
