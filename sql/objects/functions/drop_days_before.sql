-- Retention: forgets the sessions of a table before a date by dropping their partitions, never row by row.
create or replace function spyhop.drop_days_before(parent text, keep_from date) returns int
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  name text;
  dropped int := 0;
begin
  if parent not in ('print', 'bar', 'flow', 'day_summary') then
    raise exception '% has no days to drop', parent;
  end if;
  perform pg_advisory_xact_lock(hashtext('spyhop.partitions'));
  for name in
    select child.relname
    from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = ('spyhop.' || parent)::regclass
      and right(child.relname, 8) < to_char(keep_from, 'YYYYMMDD')
    order by child.relname
  loop
    execute format('drop table spyhop.%I', name);
    dropped := dropped + 1;
  end loop;
  if parent = 'print' then
    dropped := dropped + spyhop.drop_columnar(null, keep_from);
  end if;
  return dropped;
end
$$;
comment on function spyhop.drop_days_before(text, date) is 'Drops the partitions before a session and gives how many.';
