// What the stand-ins add for tests.
#pragma once

#include "CoreMinimal.h"
#include "Engine/Engine.h"
#include "Engine/GameInstance.h"
#include "HttpModule.h"

namespace Stub
{

/** The garbage collector takes this object. */
void Destroy(UObject* Object);
/** It takes all asynchronous actions that nobody keeps. */
void CollectActions();
/** How many objects live. */
std::size_t NumObjects();

/** A game instance with these subsystems, in the editor's play instance of that number, or outside the editor (-1). */
template <typename... SubsystemTypes>
UGameInstance* StartGame(int32 PlayInstance);
/** Ends it: its subsystems are deinitialized, and everything of it is destroyed. */
void EndGame(UGameInstance* GameInstance);
void Register(UGameInstance* GameInstance, int32 PlayInstance);

/** One frame: the game thread's tasks, then the core ticker. */
void Frame();

/** An HTTP request that was made. */
struct FRequest
{
	std::string Verb, Url, Body;
	std::map<std::string, std::string> Headers;
	float Timeout = 0;
	bool bIsCancelled = false;
	bool bIsDone = false;
	FHttpRequestPtr Native;
};
/** All that were made so far. */
std::vector<std::shared_ptr<FRequest>>& Requests();
/** Completes one, on the game thread, as the engine does; a status of 0: no response. Its delegate is kept, so that it can be
 * completed twice. */
void Answer(const std::shared_ptr<FRequest>& Request, int32 Status, const std::string& Body,
	EHttpFailureReason Failure = EHttpFailureReason::None, const std::string& EffectiveUrl = "");
/** Lets go of all that were made. */
void ForgetRequests();
/** The next ProcessRequest is refused. */
void RefuseNextRequest();

/** The save games, by their names. */
std::map<std::string, std::vector<uint8>>& SaveGames();
/** Whether there is a save-game system. */
void SetSaveGamesMounted(bool bIsMounted);

/** Everything that was logged, a line each. */
std::string TakeLog();

/** Where FPaths::ProjectSavedDir is. */
void SetSavedDir(const std::string& Folder);

/** Runs every declared spec; how many of their checks failed, and how many there were. */
int RunSpecs(int& OutChecks);

template <typename... SubsystemTypes>
UGameInstance* StartGame(int32 PlayInstance)
{
	UGameInstance* const Made = NewObject<UGameInstance>();
	Register(Made, PlayInstance);
	FSubsystemCollectionBase Collection;
	(
		[&] {
			SubsystemTypes* const One = NewObject<SubsystemTypes>();
			One->StubOwner = Made;
			Made->Subsystems.push_back(One);
			One->Initialize(Collection);
		}(),
		...);
	return Made;
}

} // namespace Stub
