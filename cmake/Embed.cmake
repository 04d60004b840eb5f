# Files that travel inside the binary: database migrations and web pages.
# cmake/embed_files.cmake writes them as string literals at build time.

function(kohaku_embed kind output header files)
  add_custom_command(
    OUTPUT ${output} ${header}
    COMMAND ${CMAKE_COMMAND} -DKIND=${kind} -DOUTPUT=${output} -DHEADER=${header}
      "-DROOT=${ARGV4}" "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    COMMENT "Embedding ${kind}"
    VERBATIM)
endfunction()

# Sets KOHAKU_MIGRATIONS_SOURCE: defines what src/db/migrations.h declares.
function(kohaku_embed_migrations directory)
  if(NOT EXISTS ${CMAKE_SOURCE_DIR}/src/db/migrations.h)
    return()
  endif()
  file(GLOB files CONFIGURE_DEPENDS ${directory}/*.sql)
  set(output ${CMAKE_BINARY_DIR}/generated/db/migrations.gen.cc)
  kohaku_embed(migrations ${output} "" "${files}" ${directory})
  set(KOHAKU_MIGRATIONS_SOURCE ${output} PARENT_SCOPE)
endfunction()

# Sets KOHAKU_PAGES_SOURCE: defines kohaku::api::page(), declared in "api/pages.gen.h".
function(kohaku_embed_pages directory)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${directory}/*)
  if(NOT files)
    return()
  endif()
  set(output ${CMAKE_BINARY_DIR}/generated/api/pages.gen.cc)
  kohaku_embed(pages ${output} ${CMAKE_BINARY_DIR}/generated/api/pages.gen.h "${files}" ${directory})
  set(KOHAKU_PAGES_SOURCE ${output} PARENT_SCOPE)
endfunction()
