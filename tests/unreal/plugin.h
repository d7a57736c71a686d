// What the parts of the test of the plugin's life share. The plugin runs on stand-ins for the engine, with the real library.
#pragma once

#include "CoreMinimal.h"
#include "Modules/ModuleInterface.h"
#include "PlaygateConvert.h"
#include "PlaygateSettings.h"
#include "PlaygateSubsystem.h"
#include "Stub/Engine.h"

extern "C"
{
#include "check.h"
#include "play.h"
}

IModuleInterface* StubMakeModulePlaygate();
IModuleInterface* StubMakeModulePlaygateEditor();

#define VOICE TEXT("voice-chat")

/** A session with voice chat, which a parent manages. */
inline std::string VoiceSession(const char* Tag, bool bIsOn)
{
	return std::string("{\"sessionId\":\"sid-planted-1\",\"etag\":\"") + Tag
		+ "\",\"status\":\"ACTIVE\",\"ageStatus\":\"DIGITAL_MINOR\",\"jurisdiction\":\"US-CA\",\"permissions\":["
		+ "{\"name\":\"voice-chat\",\"enabled\":" + (bIsOn ? "true" : "false") + ",\"managedBy\":\"GUARDIAN\"}]}";
}

inline std::string Changed(const std::string& Session)
{
	return "{\"hasChanged\":true,\"session\":" + Session + "}";
}

/** Somebody who listens, as an object of the game. */
class UListener : public UObject
{
public:
	void Hear() { ++Heard; }
	void HearOutcome(const FPlaygateOutcome& Outcome)
	{
		++Heard;
		Last = Outcome;
	}
	int Heard = 0;
	FPlaygateOutcome Last;
};

/** The plugin's settings for the next players: memory, no server. */
UPlaygateSettings& FreshSettings();

/** Frames until something holds. */
#define FRAMES_UNTIL(condition) WAIT_DOING(20000, Stub::Frame(), condition)

/** Adopts a session in the game. */
void AdoptSession(UPlaygateSubsystem& Playgate, const std::string& Json);

/** Waits until closes that took longer have come to their end, so that what they stored is there. */
void Settle();

/** The newest request that was made, and is not answered yet; null when there is none. */
std::shared_ptr<Stub::FRequest> OpenRequest();

/** The subsystem, its delegates and nodes. */
void PluginLife();
/** The engine's HTTP and save games. */
void PluginHosts();
/** View models, the sample and the editor's tab. */
void PluginViews();
