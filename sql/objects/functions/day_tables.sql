-- The parts that days are moved with: a table beside its parent, its attachment, and the replacement of a day.
create or replace function spyhop.make_day_table(parent text, name text) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('create table spyhop.%I (like spyhop.%I including all)', name, parent);
  if parent = 'print' then
    -- Only ever appended to: vacuum it for its visibility map, and not by how much of it changed.
    execute format('alter table spyhop.%I set (autovacuum_vacuum_insert_scale_factor = 0,
      autovacuum_vacuum_insert_threshold = 500000)', name);
  else
    -- Written again and again while the session is open: room in the page keeps the indexes out of it.
    execute format('alter table spyhop.%I set (fillfactor = 80)', name);
  end if;
end
$$;
comment on function spyhop.make_day_table(text, text) is 'Makes a table like a parent, not yet part of it.';

create or replace function spyhop.attach_day_table(parent text, name text, day date) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table spyhop.%I attach partition spyhop.%I for values from (%L) to (%L)',
    parent, name, day, day + 1);
end
$$;
comment on function spyhop.attach_day_table(text, text, date) is 'Makes a table the partition of a session.';

-- Readers see the old day until the transaction ends, and the new one after it.
create or replace function spyhop.replace_day_table(parent text, name text, day date) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  old_name text := parent || '_' || to_char(day, 'YYYYMMDD');
begin
  perform pg_advisory_xact_lock(hashtext('spyhop.partitions'));
  execute format('drop table if exists spyhop.%I', old_name);
  if parent = 'print' then
    perform spyhop.drop_columnar(day, day + 1);
  end if;
  execute format('alter table spyhop.%I rename to %I', name, old_name);
  perform spyhop.attach_day_table(parent, old_name, day);
end
$$;
comment on function spyhop.replace_day_table(text, text, date) is
  'Puts a table in the place of a session''s partition.';
