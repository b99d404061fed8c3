# lampjack.cdx.json: what the extension module is made of, as a CycloneDX list in the wheel's .dist-info/sboms (PEP 770).
# Versions are those that CMake found and linked; a library that repairs the wheel (auditwheel) adds a list of its own.
# The parts are gathered where their packages are found, in cpp/, and written where pybind11 is known, in bindings/.

# How a target is linked: its headers alone, an archive inside the module, or a shared library of the system.
function(ljk_linkage target result)
    set(linkage dynamic)
    get_target_property(type ${target} TYPE)
    foreach(property IN ITEMS IMPORTED_LOCATION IMPORTED_LOCATION_RELEASE IMPORTED_LOCATION_NOCONFIG
            IMPORTED_LOCATION_NONE IMPORTED_LOCATION_RELWITHDEBINFO)
        get_target_property(location ${target} ${property})
        if(location MATCHES "\\.a$")
            set(linkage static)
        endif()
    endforeach()
    if(type STREQUAL "INTERFACE_LIBRARY")
        set(linkage headers)
    endif()
    set(${result} ${linkage} PARENT_SCOPE)
endfunction()

# ljk_sbom_add(NAME VERSION LICENSE LINKAGE CPE): CPE is "vendor:product" of the vulnerability databases, or "".
function(ljk_sbom_add name version license linkage cpe)
    if(version STREQUAL "")
        message(WARNING "lampjack: the version of ${name} is not known: lampjack.cdx.json says so")
        set(version unknown)
    endif()
    if(cpe)
        set(cpe "\n      \"cpe\": \"cpe:2.3:a:${cpe}:${version}:*:*:*:*:*:*:*\",")
    endif()
    set_property(GLOBAL APPEND PROPERTY ljk_sbom_names "${name}")
    set_property(GLOBAL APPEND_STRING PROPERTY ljk_sbom_components ",
    {
      \"type\": \"library\",
      \"bom-ref\": \"${name}\",
      \"name\": \"${name}\",
      \"version\": \"${version}\",
      \"licenses\": [{\"license\": {\"id\": \"${license}\"}}],${cpe}
      \"purl\": \"pkg:generic/${name}@${version}\",
      \"properties\": [{\"name\": \"lampjack:linkage\", \"value\": \"${linkage}\"}]
    }")
endfunction()

# Of libpq only the header is there when Lampjack is built.
function(ljk_libpq_version result)
    set(version "")
    file(GLOB headers "${LJK_LIBPQ_INCLUDE}/pg_config*.h")
    foreach(header IN LISTS headers)
        file(STRINGS "${header}" line REGEX "^#define PG_VERSION \"[0-9.]+")
        if(line)
            string(REGEX MATCH "[0-9]+[0-9.]*" version "${line}")
        endif()
    endforeach()
    set(${result} "${version}" PARENT_SCOPE)
endfunction()

function(ljk_sbom_of_core)
    ljk_libpq_version(libpq)
    ljk_linkage(simdjson::simdjson simdjson_linkage)
    ljk_linkage(CURL::libcurl curl_linkage)
    ljk_linkage(OpenSSL::Crypto crypto_linkage)
    ljk_linkage(SQLite::SQLite3 sqlite_linkage)
    ljk_linkage(ZLIB::ZLIB zlib_linkage)
    ljk_sbom_add(simdjson "${simdjson_VERSION}" Apache-2.0 ${simdjson_linkage} "")
    ljk_sbom_add(boost "${Boost_VERSION_STRING}" BSL-1.0 headers "boost:boost")
    ljk_sbom_add(libcurl "${CURL_VERSION_STRING}" curl ${curl_linkage} "haxx:libcurl")
    ljk_sbom_add(openssl "${OPENSSL_VERSION}" Apache-2.0 ${crypto_linkage} "openssl:openssl")
    ljk_sbom_add(sqlite "${SQLite3_VERSION}" blessing ${sqlite_linkage} "sqlite:sqlite")
    ljk_sbom_add(libpq "${libpq}" PostgreSQL loaded "postgresql:postgresql")
    ljk_sbom_add(zlib "${ZLIB_VERSION_STRING}" Zlib ${zlib_linkage} "zlib:zlib")
endfunction()

function(ljk_write_sbom file)
    get_property(components GLOBAL PROPERTY ljk_sbom_components)
    string(SUBSTRING "${components}" 1 -1 components)
    get_property(names GLOBAL PROPERTY ljk_sbom_names)
    list(JOIN names "\", \"" names)
    file(CONFIGURE OUTPUT "${file}" CONTENT [[{
  "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
  "bomFormat": "CycloneDX",
  "specVersion": "1.6",
  "version": 1,
  "metadata": {
    "component": {
      "type": "library",
      "bom-ref": "lampjack",
      "name": "lampjack",
      "version": "@PROJECT_VERSION@",
      "licenses": [{"license": {"id": "Apache-2.0"}}],
      "purl": "pkg:pypi/lampjack@@PROJECT_VERSION@"
    }
  },
  "components": [@components@
  ],
  "dependencies": [{"ref": "lampjack", "dependsOn": ["@names@"]}]
}
]] @ONLY)
endfunction()
