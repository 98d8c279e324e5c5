-- Makes the partitions of a session, ahead of it; what is there already stays.
-- A table is made alone and attached then, because that blocks no reader; CREATE ... PARTITION OF would.
create or replace function spyhop.make_day(day date) returns int
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  parent text;
  name text;
  made int := 0;
begin
  perform pg_advisory_xact_lock(hashtext('spyhop.partitions'));
  foreach parent in array array['print', 'bar', 'flow', 'day_summary'] loop
    name := parent || '_' || to_char(day, 'YYYYMMDD');
    continue when to_regclass('spyhop.' || name) is not null;
    perform spyhop.make_day_table(parent, name);
    perform spyhop.attach_day_table(parent, name, day);
    made := made + 1;
  end loop;
  return made;
end
$$;
comment on function spyhop.make_day(date) is 'Makes the partitions of a session and gives how many were missing.';
