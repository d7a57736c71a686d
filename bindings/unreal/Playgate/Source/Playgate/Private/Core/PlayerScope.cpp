#include "PlayerScope.h"

namespace PlaygateCore
{

std::string ScopedPlayer(const std::string& Player, int PlayInstance)
{
	if (PlayInstance < 0 || Player.empty())
	{
		return Player;
	}
	return "pie-" + std::to_string(PlayInstance) + ":" + Player;
}

std::string ScopedFolder(const std::string& Folder, int PlayInstance)
{
	if (PlayInstance < 0 || Folder.empty())
	{
		return Folder;
	}
	return Folder + "-pie-" + std::to_string(PlayInstance);
}

} // namespace PlaygateCore
