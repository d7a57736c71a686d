/*
 * A program without a just-in-time compiler: Mono with every method compiled ahead, the library and the game's code linked
 * into one program. The nearest that there is to IL2CPP on iOS and consoles.
 */
#include <mono/jit/jit.h>
#include <mono/metadata/assembly.h>
#include <mono/metadata/mono-config.h>
#include <stdio.h>

/* The program's own code, as mono --aot=full,static made it of cases.exe. */
extern void *mono_aot_module_cases_info;

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "name cases.exe\n");
        return 2;
    }
    mono_jit_set_aot_mode(MONO_AOT_MODE_FULL);
    mono_aot_register_module(mono_aot_module_cases_info);
    mono_config_parse(NULL);
    MonoDomain *domain = mono_jit_init_version("cases", "v4.0.30319");
    MonoAssembly *assembly = mono_domain_assembly_open(domain, argv[1]);
    if (!assembly) {
        (void)fprintf(stderr, "%s cannot be opened\n", argv[1]);
        return 2;
    }
    const int result = mono_jit_exec(domain, assembly, argc - 1, argv + 1);
    mono_jit_cleanup(domain);
    return result;
}
