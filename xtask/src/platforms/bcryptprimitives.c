/*
 * Wine 8 has no bcryptprimitives.dll, of which Rust's standard library needs this one function. Windows has it.
 */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG len);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T len)
{
    while (len > 0) {
        const ULONG part = len > 0x10000 ? 0x10000 : (ULONG)len;
        if (!SystemFunction036(buffer, part)) {
            return FALSE;
        }
        buffer += part;
        len -= part;
    }
    return TRUE;
}
