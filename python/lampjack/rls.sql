-- Row-level security for Lampjack's tables: a role sees the conversations of its own accounts only, and all that belongs to
-- them. Optional. Run it after `lampjack migrate`, as the owner of the tables; twice is a no-op. The owner sees all.
--
--   CREATE ROLE shop_service LOGIN PASSWORD '…' IN ROLE lampjack_tenants;
--   INSERT INTO lampjack_tenant VALUES ('shop_service', 'shop');
--
-- A role is known by its login: SET ROLE changes nothing. Shared by all, as they hold no customer: lampjack_schema,
-- lampjack_subscription, lampjack_holder and lampjack_meta.
BEGIN;

DO $$ BEGIN
  CREATE ROLE lampjack_tenants NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

CREATE TABLE IF NOT EXISTS lampjack_tenant (
  role text NOT NULL, account text COLLATE "C" NOT NULL, PRIMARY KEY (role, account));
REVOKE ALL ON lampjack_tenant FROM PUBLIC, lampjack_tenants;

DO $$ BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION lampjack_accounts() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER '
    'SET search_path = %I, pg_temp AS '
    '''SELECT COALESCE(array_agg(account), ''''{}'''') FROM lampjack_tenant WHERE role = session_user''',
    current_schema());
END $$;
REVOKE ALL ON FUNCTION lampjack_accounts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lampjack_accounts() TO lampjack_tenants;

DO $$
DECLARE name text;
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO lampjack_tenants', current_schema());
  GRANT SELECT ON lampjack_schema TO lampjack_tenants;
  GRANT SELECT, INSERT, UPDATE, DELETE
    ON lampjack_meta, lampjack_subscription, lampjack_holder, lampjack_conversation TO lampjack_tenants;

  -- A row without an account holds nobody: it is new, or what stays of an erased conversation.
  ALTER TABLE lampjack_conversation ENABLE ROW LEVEL SECURITY;
  DROP POLICY IF EXISTS lampjack_own ON lampjack_conversation;
  CREATE POLICY lampjack_own ON lampjack_conversation TO lampjack_tenants
    USING (account = '' OR account = ANY ((SELECT lampjack_accounts())::text[]));

  -- What belongs to a conversation is seen by who sees the conversation.
  FOREACH name IN ARRAY ARRAY['item', 'known', 'answer', 'outbox', 'lane', 'timer', 'queue', 'dead_item'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO lampjack_tenants', 'lampjack_' || name);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'lampjack_' || name);
    EXECUTE format('DROP POLICY IF EXISTS lampjack_own ON %I', 'lampjack_' || name);
    EXECUTE format('CREATE POLICY lampjack_own ON %1$I TO lampjack_tenants USING '
      '(EXISTS (SELECT 1 FROM lampjack_conversation c WHERE c.key = %1$I.key))', 'lampjack_' || name);
  END LOOP;
END $$;

COMMIT;
