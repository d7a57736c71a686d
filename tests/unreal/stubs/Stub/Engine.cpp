// The bodies of the stand-ins.
#include "Stub/Engine.h"

#include "Async/Async.h"
#include "Containers/StringConv.h"
#include "Containers/Ticker.h"
#include "Engine/Texture2D.h"
#include "Framework/Docking/TabManager.h"
#include "HAL/PlatformProcess.h"
#include "HAL/PlatformTime.h"
#include "Interfaces/IPluginManager.h"
#include "Kismet/BlueprintAsyncActionBase.h"
#include "Logging/LogMacros.h"
#include "Misc/AutomationTest.h"
#include "Misc/CoreDelegates.h"
#include "Misc/Paths.h"
#include "PlatformFeatures.h"
#include "SaveGameSystem.h"
#include "Widgets/Text/STextBlock.h"

#include <chrono>
#include <deque>
#include <cstdio>
#include <mutex>

uint64 GFrameCounter = 1;
TMulticastDelegate<void()> FCoreDelegates::ApplicationWillEnterBackgroundDelegate;
TMulticastDelegate<void()> FCoreDelegates::ApplicationHasEnteredForegroundDelegate;

namespace
{

struct FObjects
{
	std::map<uint64, UObject*> ById;
	std::map<const UObject*, uint64> ByPointer;
	uint64 LastId = 0;
};

FObjects& Objects()
{
	static FObjects Held;
	return Held;
}

std::mutex TaskLock;
std::deque<TFunction<void()>> Tasks;
std::mutex LogLock;
std::string LogText;
std::string SavedDir = "/nowhere";
std::map<std::string, std::vector<uint8>> Saves;
bool bSavesMounted = true;
bool bRefuseNext = false;
std::vector<std::shared_ptr<Stub::FRequest>> Made;
int SpecChecks = 0;
int SpecFailures = 0;
std::string SpecPath;

/** Specs are static objects of other files, and may be there before this file's own. */
std::vector<FAutomationSpecBase*>& Specs()
{
	static std::vector<FAutomationSpecBase*> Held;
	return Held;
}

std::string Narrow(const FString& Text)
{
	const FTCHARToUTF8 Converted(*Text, Text.Len());
	return std::string(Converted.Get(), static_cast<std::size_t>(Converted.Length()));
}

FString Wide(const std::string& Text)
{
	const FUTF8ToTCHAR Converted(Text.data(), static_cast<int32>(Text.size()));
	return FString(Converted.Length(), Converted.Get());
}

} // namespace

UEngine* GEngine = nullptr;

UObject::UObject()
{
	const uint64 Id = ++Objects().LastId;
	Objects().ById[Id] = this;
	Objects().ByPointer[this] = Id;
}

UObject::~UObject()
{
	const uint64 Id = Stub::IdOf(this);
	Objects().ById.erase(Id);
	Objects().ByPointer.erase(this);
}

UObject* GetTransientPackage()
{
	return nullptr;
}

// -- Texts

std::u16string FString::Lower() const
{
	std::u16string Out = Held;
	for (TCHAR& Letter : Out)
	{
		Letter = Letter >= u'A' && Letter <= u'Z' ? static_cast<TCHAR>(Letter - u'A' + u'a') : Letter;
	}
	return Out;
}

bool FString::Split(const FString& At, FString* Left, FString* Right) const
{
	const std::size_t Found = Held.find(At.Held);
	if (Found == std::u16string::npos)
	{
		return false;
	}
	const std::u16string Before = Held.substr(0, Found);
	const std::u16string After = Held.substr(Found + At.Held.size());
	Left->Held = Before;
	Right->Held = After;
	return true;
}

FString FString::TrimStartAndEnd() const
{
	const std::size_t First = Held.find_first_not_of(u" \t\r\n");
	const std::size_t Last = Held.find_last_not_of(u" \t\r\n");
	FString Out;
	if (First != std::u16string::npos)
	{
		Out.Held = Held.substr(First, Last - First + 1);
	}
	return Out;
}

FString FString::Printf(const TCHAR* Format, ...)
{
	va_list Arguments;
	va_start(Arguments, Format);
	const FString Out = FromArguments(Format, Arguments);
	va_end(Arguments);
	return Out;
}

FString FString::FromArguments(const TCHAR* Format, va_list Arguments)
{
	std::u16string Out;
	const auto Number = [&Out](const std::string& Digits) { Out.append(Digits.begin(), Digits.end()); };
	for (const TCHAR* At = Format; *At != 0; ++At)
	{
		if (*At != u'%')
		{
			Out.push_back(*At);
			continue;
		}
		++At;
		if (*At == u's')
		{
			Out += va_arg(Arguments, const TCHAR*);
		}
		else if (*At == u'd')
		{
			Number(std::to_string(va_arg(Arguments, int)));
		}
		else if (*At == u'u')
		{
			Number(std::to_string(va_arg(Arguments, unsigned)));
		}
		else if (std::u16string(At).compare(0, 3, u"lld") == 0)
		{
			Number(std::to_string(va_arg(Arguments, long long)));
			At += 2;
		}
		else
		{
			Out.push_back(*At);
		}
	}
	FString Text;
	Text.Held = Out;
	return Text;
}

FTCHARToUTF8::FTCHARToUTF8(const TCHAR* Text, int32 Len)
{
	for (int32 Index = 0; Index < Len; ++Index)
	{
		uint32 Code = Text[Index];
		const bool bHigh = Code >= 0xD800 && Code < 0xDC00;
		if (bHigh && Index + 1 < Len && Text[Index + 1] >= 0xDC00 && Text[Index + 1] < 0xE000)
		{
			Code = 0x10000 + ((Code - 0xD800) << 10) + (Text[++Index] - 0xDC00U);
		}
		else if (Code >= 0xD800 && Code < 0xE000)
		{
			Code = '?';
		}
		if (Code < 0x80)
		{
			Held.push_back(static_cast<char>(Code));
			continue;
		}
		const int More = Code < 0x800 ? 1 : Code < 0x10000 ? 2 : 3;
		Held.push_back(static_cast<char>((0xFF00 >> (More + 1) & 0xFF) | Code >> (6 * More)));
		for (int Part = More; Part-- > 0;)
		{
			Held.push_back(static_cast<char>(0x80 | (Code >> (6 * Part) & 0x3F)));
		}
	}
}

FUTF8ToTCHAR::FUTF8ToTCHAR(const ANSICHAR* Text, int32 Len)
{
	for (int32 Index = 0; Index < Len; ++Index)
	{
		const uint8 First = static_cast<uint8>(Text[Index]);
		const int More = First < 0x80 ? 0 : First < 0xE0 ? 1 : First < 0xF0 ? 2 : 3;
		uint32 Code = More == 0 ? First : First & (0x3FU >> More);
		for (int Part = 0; Part < More && Index + 1 < Len; ++Part)
		{
			Code = Code << 6 | (static_cast<uint8>(Text[++Index]) & 0x3FU);
		}
		if (Code >= 0x10000)
		{
			Held.push_back(static_cast<TCHAR>(0xD800 + ((Code - 0x10000) >> 10)));
			Held.push_back(static_cast<TCHAR>(0xDC00 + ((Code - 0x10000) & 0x3FF)));
		}
		else
		{
			Held.push_back(static_cast<TCHAR>(Code));
		}
	}
}

// -- Frames

FTSTicker& FTSTicker::GetCoreTicker()
{
	static FTSTicker Held;
	return Held;
}

FTSTicker::FDelegateHandle FTSTicker::AddTicker(const FTickerDelegate& Delegate, float)
{
	Tickers[++LastHandle] = Delegate;
	return LastHandle;
}

void FTSTicker::RemoveTicker(FDelegateHandle Handle)
{
	GetCoreTicker().Tickers.erase(Handle);
}

void FTSTicker::Tick(float DeltaSeconds)
{
	const auto Now = Tickers;
	for (const auto& One : Now)
	{
		if (Tickers.count(One.first) > 0 && (!One.second.IsBound() || !One.second.Execute(DeltaSeconds)))
		{
			Tickers.erase(One.first);
		}
	}
}

void AsyncTask(ENamedThreads::Type, TFunction<void()> Function)
{
	const std::lock_guard<std::mutex> Guard(TaskLock);
	Tasks.push_back(std::move(Function));
}

double FPlatformTime::Seconds()
{
	return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void* FPlatformProcess::GetDllHandle(const TCHAR*)
{
	return nullptr;
}

FString FPaths::ProjectSavedDir()
{
	return Wide(SavedDir);
}

IPluginManager& IPluginManager::Get()
{
	static IPluginManager Held;
	return Held;
}

TSharedPtr<IPlugin> IPluginManager::FindPlugin(const FString&)
{
	return MakeShared<IPlugin>();
}

UTexture2D* UTexture2D::CreateTransient(int32 SizeX, int32 SizeY, EPixelFormat)
{
	UTexture2D* const Texture = NewObject<UTexture2D>();
	Texture->StubSide = SizeX;
	FTexture2DMipMap Mip;
	Mip.BulkData.StubBytes.resize(static_cast<std::size_t>(SizeX) * static_cast<std::size_t>(SizeY) * 4);
	Texture->StubData.Mips.Add(Mip);
	return Texture;
}

// -- Tabs

TSharedRef<FGlobalTabmanager> FGlobalTabmanager::Get()
{
	static const TSharedRef<FGlobalTabmanager> Held = MakeShared<FGlobalTabmanager>();
	return Held;
}

FTabSpawnerEntry& FGlobalTabmanager::RegisterNomadTabSpawner(const FName& Name, const FOnSpawnTab& Spawn)
{
	StubEntries.emplace_back(Name, FTabSpawnerEntry());
	StubEntries.back().second.StubSpawn = Spawn;
	return StubEntries.back().second;
}

bool FGlobalTabmanager::UnregisterNomadTabSpawner(const FName& Name)
{
	const auto Found = std::find_if(StubEntries.begin(), StubEntries.end(), [&](const auto& One) { return One.first == Name; });
	if (Found == StubEntries.end())
	{
		return false;
	}
	StubEntries.erase(Found);
	return true;
}

std::string STextBlock::StubRead() const
{
	return StubText ? Narrow(StubText().ToString()) : std::string();
}

// -- Asynchronous actions

void UBlueprintAsyncActionBase::RegisterWithGameInstance(const UObject* WorldContextObject)
{
	bStubIsKept = WorldContextObject != nullptr && WorldContextObject->GetWorld() != nullptr;
}

void UBlueprintAsyncActionBase::SetReadyToDestroy()
{
	bStubIsKept = false;
}

// -- HTTP

namespace
{

class FStubResponse : public IHttpResponse
{
public:
	virtual int32 GetResponseCode() const override { return Status; }
	virtual TArray<FString> GetAllHeaders() const override { return {TEXT("Content-Type: application/json"), TEXT("X-Odd")}; }
	virtual const TArray<uint8>& GetContent() const override { return Content; }
	virtual const FString& GetEffectiveURL() const override { return EffectiveUrl; }
	int32 Status = 0;
	TArray<uint8> Content;
	FString EffectiveUrl;
};

class FStubRequest : public IHttpRequest
{
public:
	virtual void SetVerb(const FString& Verb) override { Record->Verb = Narrow(Verb); }
	virtual void SetURL(const FString& Url) override { Record->Url = Narrow(Url); }
	virtual void SetHeader(const FString& Name, const FString& Value) override { Record->Headers[Narrow(Name)] = Narrow(Value); }
	virtual void SetContent(const TArray<uint8>& Content) override
	{
		Record->Body.assign(reinterpret_cast<const char*>(Content.GetData()), static_cast<std::size_t>(Content.Num()));
	}
	virtual void SetTimeout(float Seconds) override { Record->Timeout = Seconds; }
	virtual bool ProcessRequest() override
	{
		Made.push_back(Record);
		const bool bRefused = bRefuseNext;
		bRefuseNext = false;
		Record->bIsDone = bRefused;
		return !bRefused;
	}
	virtual void CancelRequest() override
	{
		Record->bIsCancelled = true;
		// As the engine does: the request completes, without success.
		Stub::Answer(Record, 0, "", EHttpFailureReason::Cancelled);
	}
	virtual EHttpRequestStatus::Type GetStatus() const override { return EHttpRequestStatus::Failed; }
	virtual EHttpFailureReason GetFailureReason() const override { return Failure; }
	virtual FHttpRequestCompleteDelegate& OnProcessRequestComplete() override { return Done; }
	std::shared_ptr<Stub::FRequest> Record = std::make_shared<Stub::FRequest>();
	EHttpFailureReason Failure = EHttpFailureReason::None;
	FHttpRequestCompleteDelegate Done;
};

class FStubSaveGames : public ISaveGameSystem
{
public:
	virtual ESaveExistsResult DoesSaveGameExistWithResult(const TCHAR* Name, const int32) override
	{
		return Saves.count(Narrow(Name)) > 0 ? ESaveExistsResult::OK : ESaveExistsResult::DoesNotExist;
	}
	virtual bool SaveGame(bool, const TCHAR* Name, const int32, const TArray<uint8>& Data) override
	{
		Saves[Narrow(Name)].assign(Data.begin(), Data.end());
		return true;
	}
	virtual bool LoadGame(bool, const TCHAR* Name, const int32, TArray<uint8>& Data) override
	{
		const std::vector<uint8>& Found = Saves[Narrow(Name)];
		Data.Empty();
		Data.Append(Found.data(), static_cast<int32>(Found.size()));
		return true;
	}
	virtual bool DeleteGame(bool, const TCHAR* Name, const int32) override { return Saves.erase(Narrow(Name)) > 0; }
};

} // namespace

FHttpModule& FHttpModule::Get()
{
	static FHttpModule Held;
	return Held;
}

FHttpRequestRef FHttpModule::CreateRequest()
{
	const TSharedRef<FStubRequest> Request = MakeShared<FStubRequest>();
	Request->Record->Native = FHttpRequestPtr(FHttpRequestRef(Request));
	return Request;
}

IPlatformFeaturesModule& IPlatformFeaturesModule::Get()
{
	static IPlatformFeaturesModule Held;
	return Held;
}

ISaveGameSystem* IPlatformFeaturesModule::GetSaveGameSystem()
{
	static FStubSaveGames Held;
	return bSavesMounted ? &Held : nullptr;
}

// -- Specs

FAutomationSpecBase::FAutomationSpecBase()
{
	Specs().push_back(this);
}

void FAutomationSpecBase::Describe(const FString& Name, TFunction<void()> Body)
{
	const std::string Outer = SpecPath;
	SpecPath += Narrow(Name) + ": ";
	Body();
	SpecPath = Outer;
}

void FAutomationSpecBase::It(const FString& Name, TFunction<void()> Body)
{
	Describe(Name, std::move(Body));
}

bool FAutomationSpecBase::TestTrue(const FString& What, bool bHolds)
{
	++SpecChecks;
	if (!bHolds)
	{
		++SpecFailures;
		std::fprintf(stderr, "%s%s\n", SpecPath.c_str(), Narrow(What).c_str());
	}
	return bHolds;
}

namespace Stub
{

uint64 IdOf(const UObject* Object)
{
	const auto Found = Objects().ByPointer.find(Object);
	return Found != Objects().ByPointer.end() ? Found->second : 0;
}

UObject* Find(uint64 Id)
{
	const auto Found = Objects().ById.find(Id);
	return Found != Objects().ById.end() ? Found->second : nullptr;
}

void Destroy(UObject* Object)
{
	delete Object;
}

void CollectActions()
{
	std::vector<UObject*> Left;
	for (const auto& One : Objects().ById)
	{
		bool bIsKept = false;
		if (One.second->IsStubAction(bIsKept) && !bIsKept)
		{
			Left.push_back(One.second);
		}
	}
	for (UObject* const One : Left)
	{
		delete One;
	}
}

std::size_t NumObjects()
{
	return Objects().ById.size();
}

void Register(UGameInstance* GameInstance, int32 PlayInstance)
{
	if (GEngine == nullptr)
	{
		GEngine = NewObject<UEngine>();
	}
	UWorld* const World = NewObject<UWorld>();
	World->StubGameInstance = GameInstance;
	GameInstance->Context = new FWorldContext;
	GameInstance->Context->WorldType = PlayInstance < 0 ? EWorldType::Game : EWorldType::PIE;
	GameInstance->Context->PIEInstance = PlayInstance;
	GameInstance->Context->OwningGameInstance = GameInstance;
	GameInstance->Context->StubWorld = World;
	GEngine->StubContexts.push_back(*GameInstance->Context);
}

void EndGame(UGameInstance* GameInstance)
{
	for (UGameInstanceSubsystem* const One : GameInstance->Subsystems)
	{
		One->Deinitialize();
		Destroy(One);
	}
	GameInstance->Subsystems.clear();
	auto& Contexts = GEngine->StubContexts;
	Contexts.erase(std::remove_if(Contexts.begin(), Contexts.end(),
					   [&](const FWorldContext& One) { return One.OwningGameInstance == GameInstance; }),
		Contexts.end());
	Destroy(GameInstance->Context->StubWorld);
	delete GameInstance->Context;
	Destroy(GameInstance);
	CollectActions();
}

void Frame()
{
	++GFrameCounter;
	std::deque<TFunction<void()>> Now;
	{
		const std::lock_guard<std::mutex> Guard(TaskLock);
		Now.swap(Tasks);
	}
	for (const auto& Task : Now)
	{
		Task();
	}
	FTSTicker::GetCoreTicker().Tick(1.0F / 60.0F);
}

std::vector<std::shared_ptr<FRequest>>& Requests()
{
	return Made;
}

void Answer(const std::shared_ptr<FRequest>& Request, int32 Status, const std::string& Body, EHttpFailureReason Failure,
	const std::string& EffectiveUrl)
{
	Request->bIsDone = true;
	FStubRequest* const Native = static_cast<FStubRequest*>(Request->Native.Get());
	Native->Failure = Failure;
	const FHttpRequestPtr Kept = Request->Native;
	const FHttpRequestCompleteDelegate Done = Native->Done;
	if (Status == 0)
	{
		(void)Done.ExecuteIfBound(Kept, nullptr, false);
		return;
	}
	const TSharedRef<FStubResponse> Response = MakeShared<FStubResponse>();
	Response->Status = Status;
	Response->Content.Append(reinterpret_cast<const uint8*>(Body.data()), static_cast<int32>(Body.size()));
	Response->EffectiveUrl = Wide(EffectiveUrl.empty() ? Request->Url : EffectiveUrl);
	(void)Done.ExecuteIfBound(Kept, FHttpResponsePtr(Response), true);
}

void ForgetRequests()
{
	for (const std::shared_ptr<FRequest>& Request : Made)
	{
		// Each holds the other.
		Request->Native.Reset();
	}
	Made.clear();
}

void RefuseNextRequest()
{
	bRefuseNext = true;
}

std::map<std::string, std::vector<uint8>>& SaveGames()
{
	return Saves;
}

void SetSaveGamesMounted(bool bIsMounted)
{
	bSavesMounted = bIsMounted;
}

void WriteLog(const FLogCategoryBase& Category, ELogVerbosity::Type Verbosity, const TCHAR* Format, ...)
{
	va_list Arguments;
	va_start(Arguments, Format);
	const std::string Line = Narrow(FString::FromArguments(Format, Arguments));
	va_end(Arguments);
	const std::lock_guard<std::mutex> Guard(LogLock);
	LogText += std::string(Category.Name) + " " + std::to_string(Verbosity) + " " + Line + "\n";
}

std::string TakeLog()
{
	const std::lock_guard<std::mutex> Guard(LogLock);
	std::string Taken;
	Taken.swap(LogText);
	return Taken;
}

void SetSavedDir(const std::string& Folder)
{
	SavedDir = Folder;
}

int RunSpecs(int& OutChecks)
{
	for (FAutomationSpecBase* const Spec : Specs())
	{
		Spec->Define();
	}
	OutChecks = SpecChecks;
	return SpecFailures;
}

} // namespace Stub
