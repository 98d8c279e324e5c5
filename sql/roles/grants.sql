-- Who may do what in the schema; applied again after every change of it, by the owner.
-- Tables of days to come get the same by the default privileges.
revoke all on schema spyhop from public;
revoke all on all tables in schema spyhop from public, spyhop_writer, spyhop_reader, spyhop_grafana;
revoke all on all sequences in schema spyhop from public, spyhop_writer, spyhop_reader, spyhop_grafana;
revoke all on all routines in schema spyhop from public, spyhop_writer, spyhop_reader, spyhop_grafana;

grant usage on schema spyhop to spyhop_writer, spyhop_reader, spyhop_grafana;

grant select on all tables in schema spyhop to spyhop_reader, spyhop_grafana;
grant select, insert, update, delete on all tables in schema spyhop to spyhop_writer;
-- What was applied of the schema is the owner's to say.
revoke insert, update, delete on spyhop.schema_migration, spyhop.schema_object from spyhop_writer;
grant usage, select on all sequences in schema spyhop to spyhop_writer;
grant execute on all routines in schema spyhop to spyhop_writer;

-- What runs with the rights of the caller is harmless to call, and views call it.
do $$
declare
  callable text;
begin
  for callable in
    select oid::regprocedure::text from pg_proc where pronamespace = 'spyhop'::regnamespace and not prosecdef
  loop
    execute format('grant execute on routine %s to spyhop_reader, spyhop_grafana', callable);
  end loop;
end
$$;

alter default privileges in schema spyhop grant select on tables to spyhop_reader, spyhop_grafana;
alter default privileges in schema spyhop grant select, insert, update, delete on tables to spyhop_writer;
alter default privileges in schema spyhop grant usage, select on sequences to spyhop_writer;

-- Prints that come after a session was sealed are staged in a temporary table.
do $$
begin
  if (select pg_has_role(datdba, 'usage') from pg_database where datname = current_database()) then
    execute format('grant temporary on database %I to spyhop_writer', current_database());
  end if;
end
$$;
