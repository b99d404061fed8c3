#pragma once
// libpq, PostgreSQL's client library, loaded when the first PostgreSQL store is opened. Nothing links to it: a machine
// without it runs everything else.

#include "base/result.h"

#include <libpq-fe.h>

namespace lampjack::store::postgres {

/// Every function of libpq that is called, once.
#define LJK_LIBPQ_FUNCTIONS(each)                                                                 \
    each(PQlibVersion) each(PQconninfoParse) each(PQconninfoFree) each(PQconnectdbParams)         \
        each(PQstatus) each(PQfinish) each(PQsocket) each(PQerrorMessage) each(PQserverVersion)   \
            each(PQtransactionStatus) each(PQsetnonblocking) each(PQflush) each(PQconsumeInput)   \
                each(PQisBusy) each(PQgetResult) each(PQclear) each(PQresultStatus)               \
                    each(PQresultErrorField) each(PQcmdStatus) each(PQntuples) each(PQgetisnull)  \
                        each(PQgetvalue) each(PQgetlength) each(PQenterPipelineMode)              \
                            each(PQpipelineSync) each(PQsendPrepare) each(PQsendQueryPrepared)    \
                                each(PQsendQueryParams) each(PQsetNoticeReceiver) each(PQfreemem) \
                                    each(PQconnectStartParams) each(PQconninfo)

struct LibPq {
#define LJK_LIBPQ_POINTER(name) decltype(&::name) name = nullptr;
    LJK_LIBPQ_FUNCTIONS(LJK_LIBPQ_POINTER)
#undef LJK_LIBPQ_POINTER
};

/// The library, or a configuration error that names the package to install. The same answer for the whole process.
Result<const LibPq*> libpq();
/// For tests: the same with other names of the library.
Result<LibPq> load_libpq(const char* const* names, std::size_t count);

}  // namespace lampjack::store::postgres
