# Every target of the house is built alike: warnings, sanitizers, include root.
add_library(redial_options INTERFACE)
target_include_directories(redial_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(redial_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # g++ 12 sees uninitialised strings in every boost::variant2 that holds none: all false.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
if(REDIAL_WARNINGS_AS_ERRORS)
  target_compile_options(redial_options INTERFACE -Werror)
endif()
if(REDIAL_FUZZ)
  target_compile_options(redial_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(REDIAL_SANITIZE)
  target_compile_options(redial_options INTERFACE -fsanitize=${REDIAL_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(redial_options INTERFACE -fsanitize=${REDIAL_SANITIZE})
endif()

# redial_room(NAME sources… USES libraries…): the static library redial_NAME of one room. What it does not name under
# USES it cannot link; the test program of each room links that room alone, so a forbidden use fails there.
function(redial_room name)
  cmake_parse_arguments(ROOM "" "" "USES;PRECOMPILE" ${ARGN})
  add_library(redial_${name} STATIC ${ROOM_UNPARSED_ARGUMENTS})
  target_link_libraries(redial_${name} PUBLIC redial_options ${ROOM_USES})
  if(ROOM_PRECOMPILE)
    target_precompile_headers(redial_${name} PRIVATE ${ROOM_PRECOMPILE})
  endif()
endfunction()

# redial_test(NAME sources… USES rooms…): the Catch2 program tests/NAME, run by ctest as NAME.
function(redial_test name)
  cmake_parse_arguments(TEST "" "" "USES;PRECOMPILE" ${ARGN})
  add_executable(test_${name} ${TEST_UNPARSED_ARGUMENTS})
  target_link_libraries(test_${name} PRIVATE redial_options ${TEST_USES} redial_catch_main)
  if(TEST_PRECOMPILE)
    target_precompile_headers(test_${name} PRIVATE ${TEST_PRECOMPILE})
  endif()
  add_test(NAME ${name} COMMAND test_${name})
endfunction()
