// The Unreal plugin's logic without the engine.
#include "core.h"

int main()
{
	play_watch_log();
	CoreParts();
	CoreModels();
	CoreClient();
	CoreHooks();
	// Nothing is left behind: the closes that took longer come to their end.
	WAIT_UNTIL(20000, PlaygateCore::FGameClient::FinishClosing(10) == 0);
	WAIT_UNTIL(20000, playgate_shutdown(1000) == PLAYGATE_OK);
	CHECK(play_check_log() > 0);
	return finish();
}
