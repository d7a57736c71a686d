# Playgate @VERSION@ for @TRIPLE@.
#   find_package(Playgate @SERIES@ REQUIRED)
#   target_link_libraries(game PRIVATE Playgate::playgate)         the shared library
#   target_link_libraries(game PRIVATE Playgate::playgate_static)  the static library
#   target_link_libraries(game PRIVATE Playgate::cpp)              playgate.hpp, over the shared library
#   target_link_libraries(game PRIVATE Playgate::cpp_static)       playgate.hpp, over the static library
if(TARGET Playgate::playgate)
  return()
endif()

get_filename_component(_playgate_root "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

add_library(Playgate::playgate SHARED IMPORTED)
set_target_properties(Playgate::playgate PROPERTIES
  IMPORTED_LOCATION "${_playgate_root}/lib/libplaygate.so"
  IMPORTED_SONAME "libplaygate.so"
  INTERFACE_INCLUDE_DIRECTORIES "${_playgate_root}/include")

add_library(Playgate::playgate_static STATIC IMPORTED)
set_target_properties(Playgate::playgate_static PROPERTIES
  IMPORTED_LOCATION "${_playgate_root}/lib/libplaygate.a"
  INTERFACE_INCLUDE_DIRECTORIES "${_playgate_root}/include"
  INTERFACE_COMPILE_DEFINITIONS "PLAYGATE_STATIC"
  INTERFACE_LINK_LIBRARIES "dl;m;pthread")

add_library(Playgate::cpp INTERFACE IMPORTED)
set_target_properties(Playgate::cpp PROPERTIES
  INTERFACE_COMPILE_FEATURES "cxx_std_17"
  INTERFACE_LINK_LIBRARIES "Playgate::playgate")

add_library(Playgate::cpp_static INTERFACE IMPORTED)
set_target_properties(Playgate::cpp_static PROPERTIES
  INTERFACE_COMPILE_FEATURES "cxx_std_17"
  INTERFACE_LINK_LIBRARIES "Playgate::playgate_static")

unset(_playgate_root)
