// The library's headers. The engine gives this module a macro PLAYGATE_API of its own, and the C header has one too: each
// keeps its meaning where it stands. Include the library through this file only.
#pragma once

#pragma push_macro("PLAYGATE_API")
#undef PLAYGATE_API
#include <playgate.hpp>
#pragma pop_macro("PLAYGATE_API")
