# kohaku_room(<name> [DIRECTORY <its parent>] [ROOMS <left rooms>…] [LIBRARIES <third-party>…]
#             [GENERATED <file>.cc…] [TEST_LIBRARIES <third-party>…])
#
# Makes the library kohaku_<name> from src/<name>/**/*.cc, and the test program <name>_test from the
# *_test.cc beside them; main.cc is left to the program. Another parent than src/ is one for includes, too. A room without sources yet is an interface library, so that rooms to its
# right can link to it from the first day.
function(kohaku_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "DIRECTORY" "ROOMS;LIBRARIES;GENERATED;TEST_LIBRARIES")
  set(parent ${CMAKE_SOURCE_DIR}/src)
  if(room_DIRECTORY)
    set(parent ${room_DIRECTORY})
  endif()
  set(directory ${parent}/${name})

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${directory}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(REMOVE_ITEM sources ${directory}/main.cc)
  list(APPEND sources ${room_GENERATED})

  set(left ${room_ROOMS})
  list(TRANSFORM left PREPEND kohaku_)
  if(sources)
    add_library(kohaku_${name} STATIC ${sources})
    target_link_libraries(kohaku_${name} PUBLIC ${left} ${room_LIBRARIES})
    target_include_directories(kohaku_${name} PUBLIC ${CMAKE_BINARY_DIR}/generated)
    if(room_DIRECTORY)
      target_include_directories(kohaku_${name} PUBLIC ${parent})
    endif()
  else()
    add_library(kohaku_${name} INTERFACE)
    target_link_libraries(kohaku_${name} INTERFACE ${left} ${room_LIBRARIES})
  endif()

  if(tests AND GTest_FOUND)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE kohaku_${name} ${room_TEST_LIBRARIES}
      GTest::gtest GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE KOHAKU_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    set_target_properties(${name}_test PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/unit)
    set_property(GLOBAL APPEND_STRING PROPERTY kohaku_test_programs "${name}_test\n")
    include(GoogleTest)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
  endif()
endfunction()

# Lists the test programs in unit/programs.txt, so that the binary of a room that lost its tests is
# not run from an old build directory.
function(kohaku_list_test_programs)
  get_property(programs GLOBAL PROPERTY kohaku_test_programs)
  file(WRITE ${CMAKE_BINARY_DIR}/unit/programs.txt "${programs}")
endfunction()
