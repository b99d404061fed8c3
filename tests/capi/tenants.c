/* Lists of some of a hub's accounts; an account that the hub does not have is refused by the argument's name. */
#include "shop.h"

/* What the call gives, and that it refuses an account of others. */
#define LISTS(expected, call, wrong)                 \
    do {                                             \
        GIVES(LJK_OK, call);                         \
        CHECK(holds(ljk_text_str(out), expected));   \
        ljk_text_free(out);                          \
        out = NULL;                                  \
        GIVES(LJK_E_ARGUMENT, wrong);                \
        CHECK(holds(text(err.message), "accounts")); \
    } while (0)

int main(void) {
    const ljk_str ours = LJK_S("[\"shop\"]");
    const ljk_str others = LJK_S("[\"bank\"]");
    const ljk_str none = LJK_S("");
    const ljk_str desk = LJK_S("desk");
    ljk_text* out = NULL;
    ljk_hub* hub = open_shop("", "", LJK_RUN_NOTHING, NULL);
    meet(hub);
    GIVES(LJK_OK, ljk_hub_subscribe(hub, desk, LJK_S("{}"), &err));
    LISTS("\"shop:live:s-1\"", ljk_hub_conversations_of(hub, ours, none, 9, &out, &err),
          ljk_hub_conversations_of(hub, others, none, 9, &out, &err));
    LISTS("[]", ljk_hub_conversations_of(hub, LJK_S("[]"), none, 9, &out, &err),
          ljk_hub_conversations_of(hub, LJK_S("shop"), none, 9, &out, &err));
    LISTS("[]", ljk_hub_unattributed_of(hub, ours, &out, &err),
          ljk_hub_unattributed_of(hub, others, &out, &err));
    LISTS("[", ljk_hub_stuck_of(hub, ours, &out, &err), ljk_hub_stuck_of(hub, others, &out, &err));
    LISTS("\"desk\"", ljk_hub_subscriptions_of(hub, ours, &out, &err),
          ljk_hub_subscriptions_of(hub, others, &out, &err));
    LISTS("[]", ljk_hub_dead_letters_of(hub, ours, 9, &out, &err),
          ljk_hub_dead_letters_of(hub, others, 9, &out, &err));
    LISTS("", ljk_hub_export_dead_letters_of(hub, ours, 9, &out, &err),
          ljk_hub_export_dead_letters_of(hub, others, 9, &out, &err));
    LISTS("[]", ljk_hub_dead_items_of(hub, ours, desk, 9, &out, &err),
          ljk_hub_dead_items_of(hub, others, desk, 9, &out, &err));
    GIVES(LJK_E_NOT_FOUND, ljk_hub_conversation(hub, LJK_S("bank:live:s-1"), &out, &err));
    ljk_hub_free(hub);
    return 0;
}
