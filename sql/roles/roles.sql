-- The roles of a server: what the service writes as, what the API reads as, what Grafana logs in as.
-- The fourth, the owner, is whoever runs this and the migrations. Harmless to repeat. It needs the right to create
-- roles; where spyhop has not got it, an administrator runs this, with the last line naming spyhop's own role.
-- No role has a password here: a role without one cannot log in with a password.
do $$
begin
  if to_regrole('spyhop_reader') is null then
    create role spyhop_reader nologin;
  end if;
  if to_regrole('spyhop_writer') is null then
    create role spyhop_writer nologin;
  end if;
  if to_regrole('spyhop_grafana') is null then
    create role spyhop_grafana login;
  end if;
end
$$;

alter role spyhop_writer set search_path = pg_catalog, spyhop, public, pg_temp;

alter role spyhop_reader set search_path = pg_catalog, spyhop, public, pg_temp;
alter role spyhop_reader set default_transaction_read_only = on;

alter role spyhop_grafana connection limit 8;
alter role spyhop_grafana set search_path = pg_catalog, spyhop, public, pg_temp;
alter role spyhop_grafana set default_transaction_read_only = on;
alter role spyhop_grafana set statement_timeout = '15s';
alter role spyhop_grafana set lock_timeout = '3s';
alter role spyhop_grafana set idle_in_transaction_session_timeout = '15s';

grant spyhop_reader to spyhop_writer;
grant spyhop_writer, spyhop_reader to current_user;
