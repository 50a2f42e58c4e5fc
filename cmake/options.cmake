# Warnings, sanitizers and the include root that every target of Weike shares.
add_library(weike_options INTERFACE)
target_include_directories(weike_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(weike_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -fno-omit-frame-pointer
  # ccache and precompiled headers agree only when macro definitions are kept.
  -fpch-preprocess)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12 deprecates what its own stable_sort calls.
  target_compile_options(weike_options INTERFACE -Wno-unused-command-line-argument -Wno-deprecated-declarations)
endif()
# Optimising, GCC 12 sees impossible bounds in plain string concatenation (GCC bugs 105329, 105651).
target_compile_options(weike_options INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict -Wno-array-bounds>)
if(WEIKE_WERROR)
  target_compile_options(weike_options INTERFACE -Werror)
endif()
if(WEIKE_SANITIZE)
  # Tests are half of all code: without optimising g++ compiles them in half the time, and what they test stays quick.
  target_compile_options(weike_options INTERFACE
    $<IF:$<BOOL:$<TARGET_PROPERTY:WEIKE_IS_TEST>>,-O0,-O1> -fsanitize=${WEIKE_SANITIZE} -fno-sanitize-recover=all)
  if(WEIKE_SANITIZE MATCHES "undefined")
    # In the tests' own sources wrong pointers are AddressSanitizer's to find: asking at each use too is a quarter of their compilation.
    target_compile_options(weike_options INTERFACE $<$<BOOL:$<TARGET_PROPERTY:WEIKE_IS_TEST>>:-fno-sanitize=null,alignment,object-size,vptr,nonnull-attribute,returns-nonnull-attribute>)
  endif()
  # GCC's sanitizers make this warning guess wrong (GCC manual, -fsanitize=).
  target_compile_options(weike_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(weike_options INTERFACE -fsanitize=${WEIKE_SANITIZE})
  target_compile_definitions(weike_options INTERFACE WEIKE_SANITIZED=1)
  if(WEIKE_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio has fences, which g++ tells us ThreadSanitizer does not follow. At -O1 with it g++ 12 also takes joined strings for
    # writes out of bounds; the other builds look for those.
    target_compile_options(weike_options INTERFACE -Wno-tsan -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
  endif()
endif()

# Two sets of precompiled headers: for the rooms, and for their tests.
add_library(weike_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch/room.cpp)
target_link_libraries(weike_pch PUBLIC weike_options Boost::headers nlohmann_json::nlohmann_json)
target_precompile_headers(weike_pch PRIVATE
  <algorithm> <chrono> <functional> <map> <memory> <optional> <span> <string> <string_view>
  <variant> <vector> <boost/system/result.hpp> ${CMAKE_SOURCE_DIR}/model/json_instances.hpp)
add_library(weike_test_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch/test.cpp)
set_target_properties(weike_test_pch PROPERTIES WEIKE_IS_TEST ON)
target_link_libraries(weike_test_pch PUBLIC
  weike_options Boost::headers nlohmann_json::nlohmann_json GTest::gtest GTest::gmock)
target_precompile_headers(weike_test_pch PRIVATE
  <algorithm> <chrono> <functional> <map> <memory> <optional> <span> <string> <string_view>
  <variant> <vector> <boost/system/result.hpp> ${CMAKE_SOURCE_DIR}/model/json_instances.hpp
  <gmock/gmock.h> <gtest/gtest.h>)

# weike_test(NAME SOURCES a.cpp … LIBRARIES weike_storage …): one test program, found by CTest.
function(weike_test name)
  cmake_parse_arguments(arg "" "TIMEOUT;LABEL" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES WEIKE_IS_TEST ON)
  target_link_libraries(${name} PRIVATE
    weike_options ${arg_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM weike_test_pch)
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(WEIKE_SANITIZE)
    math(EXPR arg_TIMEOUT "3 * ${arg_TIMEOUT}")
  endif()
  set(properties TIMEOUT ${arg_TIMEOUT})
  if(arg_LABEL)
    list(APPEND properties LABELS ${arg_LABEL})
  endif()
  if(NOT WEIKE_SANITIZE)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
    return()
  endif()
  # A sanitized program takes longer to start than most of its tests: four processes run all of them.
  foreach(shard RANGE 3)
    add_test(NAME ${name}.${shard} COMMAND ${name})
    set_tests_properties(${name}.${shard} PROPERTIES ${properties}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=4;GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()
