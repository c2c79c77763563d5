# Installing: headers, libraries, `find_package(aglet)` and `pkg-config --libs aglet`. The files name
# no absolute path, so that a folder installed with another --prefix, or moved, still works.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

file(RELATIVE_PATH AGLET_PREFIX_FROM_PKGCONFIG
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH AGLET_LIBDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH AGLET_INCLUDEDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
list(TRANSFORM CMAKE_DL_LIBS PREPEND -l OUTPUT_VARIABLE AGLET_DL_FLAGS)
list(JOIN AGLET_DL_FLAGS " " AGLET_DL_FLAGS)
set(package_folder ${AGLET_LIBDIR}/cmake/aglet)

# Each library is a target aglet::NAME, exported by a file of its own: the package loads only those
# whose own needs are met.
function(aglet_install_library target name pc)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${target} EXPORT aglet-${name} ARCHIVE DESTINATION ${AGLET_LIBDIR}
    COMPONENT runtime INCLUDES DESTINATION ${AGLET_INCLUDEDIR})
  install(EXPORT aglet-${name} NAMESPACE aglet:: FILE aglet-${name}.cmake
    DESTINATION ${package_folder} COMPONENT runtime)
  configure_file(${pc}.pc.in ${pc}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${pc}.pc DESTINATION ${AGLET_LIBDIR}/pkgconfig
    COMPONENT runtime)
endfunction()

aglet_install_library(aglet_runtime aglet aglet)
set(left_out "")
foreach(name tls cares)
  if(TARGET aglet_${name})
    aglet_install_library(aglet_${name} ${name} aglet-${name})
  else()
    list(APPEND left_out PATTERN ${name}.h EXCLUDE)
  endif()
endforeach()
install(DIRECTORY include/aglet DESTINATION ${AGLET_INCLUDEDIR} COMPONENT runtime
  FILES_MATCHING PATTERN *.h ${left_out})

configure_package_config_file(aglet-config.cmake.in aglet-config.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(aglet-config-version.cmake
  VERSION ${aglet_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/aglet-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/aglet-config-version.cmake
  DESTINATION ${package_folder} COMPONENT runtime)
