#include "store/sqlite/turns.h"

namespace lampjack::store::sqlite {

Result<std::int64_t> next_turn(Connection& db) {
    LJK_TRY(counter, db.query("INSERT INTO lampjack_meta (name, value) VALUES ('turn', 1) "
                              "ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value"));
    LJK_TRY(row, counter.next());
    return row ? counter.integer_at(0) : 0;
}

}  // namespace lampjack::store::sqlite
