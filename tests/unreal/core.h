// What the parts of the test of the Unreal plugin's logic share. That logic is compiled here as it ships, without the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "Core/GameClient.h"

extern "C"
{
#include "play.h"
#include "server.h"
}

#define VOICE "voice-chat"

/** A session with voice chat, which a parent manages. */
inline std::string VoiceSession(const char* Tag, bool bIsOn)
{
	return std::string("{\"sessionId\":\"sid-planted-1\",\"etag\":\"") + Tag
		+ "\",\"status\":\"ACTIVE\",\"ageStatus\":\"DIGITAL_MINOR\",\"jurisdiction\":\"US-CA\",\"permissions\":["
		+ "{\"name\":\"" VOICE "\",\"enabled\":" + (bIsOn ? "true" : "false") + ",\"managedBy\":\"GUARDIAN\"}]}";
}

/** The studio's server's answer with a session. */
inline std::string Changed(const std::string& Session)
{
	return "{\"hasChanged\":true,\"session\":" + Session + "}";
}

/** Parts that need nothing but themselves. */
void CoreParts();
/** What the buttons and dialogs do. */
void CoreModels();
/** A client against a server on loopback. */
void CoreClient();
/** A client over the host's HTTP and storage. */
void CoreHooks();
