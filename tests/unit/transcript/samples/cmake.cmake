# The build of the viewer.
cmake_minimum_required(VERSION 3.20)
project(viewer VERSION 1.2.3 LANGUAGES CXX)

set(CMAKE_CXX_STANDARD 20)
option(WITH_TESTS "Build the tests" ON)
find_package(Qt6 REQUIRED COMPONENTS Core Widgets)

set(SOURCES
    src/main.cpp
    src/window.cpp  # the only window
)

add_executable(viewer ${SOURCES})
target_link_libraries(viewer PRIVATE Qt6::Core Qt6::Widgets)
target_compile_definitions(viewer PRIVATE "NAME=\"viewer\"" VERSION="1.2")

if(WITH_TESTS AND NOT WIN32)
    enable_testing()
    foreach(name IN ITEMS one two)
        add_test(NAME ${name} COMMAND viewer --test ${name})
    endforeach()
elseif(APPLE)
    message(STATUS "no tests on ${CMAKE_SYSTEM_NAME}")
else()
    message(WARNING "no tests")
endif()

function(print_all)
    message("${ARGV}\n")
endfunction()
install(TARGETS viewer RUNTIME DESTINATION bin)
