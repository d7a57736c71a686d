// For platforms that the plugin has no library for: what it calls, denying everything. Without PLAYGATE_PLATFORM_NULL=1 this
// file is empty.
#include "Core/Library.h"

#if PLAYGATE_PLATFORM_NULL

namespace
{

/** Empties a struct as the library's _init functions do. */
template <typename StructType>
void PlaygateEmpty(StructType* Struct, uint32_t Size)
{
	if (Struct != nullptr && Size >= sizeof(StructType))
	{
		*Struct = StructType();
		Struct->struct_size = Size;
	}
}

/** Nothing was started, or there is none. */
playgate_result PlaygateNone(uint64_t* Out)
{
	if (Out != nullptr)
	{
		*Out = 0;
	}
	return PLAYGATE_ERROR_UNSUPPORTED;
}

} // namespace

extern "C"
{

uint32_t playgate_abi_version(void)
{
	return PLAYGATE_ABI_VERSION;
}
const char* playgate_version(void)
{
	return "none";
}
const char* playgate_result_name(playgate_result result)
{
	return result == PLAYGATE_OK ? "PLAYGATE_OK" : "PLAYGATE_ERROR_UNSUPPORTED";
}
const char* playgate_last_error(void)
{
	return "Playgate has no library for this platform";
}
playgate_result playgate_shutdown(uint32_t)
{
	return PLAYGATE_OK;
}

playgate_result playgate_set_log_hook(const playgate_log_hook*)
{
	return PLAYGATE_OK;
}
playgate_result playgate_set_log_level(playgate_log_level)
{
	return PLAYGATE_OK;
}
playgate_result playgate_set_language(const char*)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_get_display_name(const char*, char* buffer, size_t capacity, size_t* out_len)
{
	if (buffer != nullptr && capacity > 0)
	{
		*buffer = '\0';
	}
	if (out_len != nullptr)
	{
		*out_len = 0;
	}
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_feature_intern(const char*, playgate_feature* out)
{
	if (out != nullptr)
	{
		*out = 0;
	}
	return PLAYGATE_ERROR_UNSUPPORTED;
}

void playgate_log_hook_init(playgate_log_hook* hook, uint32_t size)
{
	PlaygateEmpty(hook, size);
}
void playgate_client_options_init(playgate_client_options* options, uint32_t size, uint32_t abi_version)
{
	PlaygateEmpty(options, size);
	if (options != nullptr)
	{
		options->abi_version = abi_version;
	}
}
void playgate_transport_hook_init(playgate_transport_hook* hook, uint32_t size)
{
	PlaygateEmpty(hook, size);
}
void playgate_storage_hook_init(playgate_storage_hook* hook, uint32_t size)
{
	PlaygateEmpty(hook, size);
}
void playgate_http_response_init(playgate_http_response* response, uint32_t size)
{
	PlaygateEmpty(response, size);
}
void playgate_decision_init(playgate_decision* decision, uint32_t size)
{
	PlaygateEmpty(decision, size);
}
void playgate_event_init(playgate_event* event, uint32_t size)
{
	PlaygateEmpty(event, size);
}
void playgate_challenge_info_init(playgate_challenge_info* info, uint32_t size)
{
	PlaygateEmpty(info, size);
}
void playgate_notice_info_init(playgate_notice_info* info, uint32_t size)
{
	PlaygateEmpty(info, size);
}
void playgate_permission_request_init(playgate_permission_request* request, uint32_t size)
{
	PlaygateEmpty(request, size);
}

playgate_result playgate_client_open(const playgate_client_options*, playgate_client* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_close(playgate_client, uint32_t)
{
	return PLAYGATE_OK;
}
int32_t playgate_client_allowed(playgate_client, playgate_feature)
{
	return 0;
}
playgate_access playgate_client_access(playgate_client, playgate_feature)
{
	return PLAYGATE_ACCESS_UNAVAILABLE;
}
playgate_result playgate_client_table(playgate_client, const playgate_cell** out_table, uint32_t* out_len)
{
	*out_table = nullptr;
	*out_len = 0;
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_client_decide(playgate_client, playgate_feature, playgate_decision*)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_client_pump(playgate_client, uint32_t)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_client_next_event(playgate_client, playgate_event*)
{
	return PLAYGATE_NO_EVENT;
}
playgate_result playgate_client_diagnostics(playgate_client, playgate_text* out)
{
	*out = playgate_text{"", 0};
	return PLAYGATE_ERROR_UNSUPPORTED;
}

playgate_result playgate_client_notice(playgate_client, playgate_notice* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_notice_get_info(playgate_notice, playgate_notice_info*)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_notice_get_feature(playgate_notice, playgate_notice_list, size_t, playgate_text* out_name, playgate_text* out_shown)
{
	*out_name = playgate_text{"", 0};
	if (out_shown != nullptr)
	{
		*out_shown = playgate_text{"", 0};
	}
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_notice_free(playgate_notice)
{
	return PLAYGATE_OK;
}
playgate_result playgate_client_challenge(playgate_client, playgate_feature, playgate_challenge* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_challenge_get_info(playgate_challenge, playgate_challenge_info*)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_challenge_qr(playgate_challenge, uint8_t*, size_t, uint32_t* out_size)
{
	*out_size = 0;
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_challenge_free(playgate_challenge)
{
	return PLAYGATE_OK;
}

playgate_result playgate_client_acknowledge(playgate_client, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_adopt(playgate_client, const char*, size_t, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_refresh(playgate_client, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_refresh_after_push(playgate_client, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_forget(playgate_client, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_flush(playgate_client, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_request_permission(playgate_client, const playgate_permission_request*, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_renew_code(playgate_client, playgate_challenge, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_email_parent(playgate_client, playgate_challenge, const char*, const char*, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_check_challenge(playgate_client, playgate_challenge, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_cancel_challenge(playgate_client, playgate_challenge, playgate_request* out)
{
	return PlaygateNone(out);
}
playgate_result playgate_client_switch_feature(playgate_client, playgate_feature, int32_t, playgate_request* out)
{
	return PlaygateNone(out);
}

playgate_result playgate_client_set_token(playgate_client, const char*)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_client_set_network_allowed(playgate_client, int32_t)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_client_set_online(playgate_client, int32_t)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_client_suspend(playgate_client)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_client_resume(playgate_client)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_transport_complete(playgate_exchange, const playgate_http_response*)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}
playgate_result playgate_storage_complete(playgate_storage_operation, playgate_result, const uint8_t*, size_t)
{
	return PLAYGATE_ERROR_UNSUPPORTED;
}

} // extern "C"

#endif // PLAYGATE_PLATFORM_NULL
