-- Seals a session: its prints, written in the order they came, are written again ordered by underlying and time, with
-- the indexes that nobody could pay for while they came. All or nothing: readers see the open day until the commit, and
-- what breaks off leaves it as it was. Gives the prints that were sealed; null when there was nothing to do.
create or replace function spyhop.seal_day(day date) returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set work_mem = '128MB'
set maintenance_work_mem = '256MB'
as $$
declare
  open_name text := 'print_' || to_char(day, 'YYYYMMDD');
  new_name text := open_name || '_sealed';
  is_sealed boolean;
  prints bigint;
begin
  -- The writer of this session waits here, and then finds the day sealed.
  insert into spyhop.journal_position (session_date) values (day)
  on conflict (session_date) do update set session_date = excluded.session_date
  returning sealed into is_sealed;
  if is_sealed or to_regclass('spyhop.' || open_name) is null then
    return null;
  end if;
  perform spyhop.make_day_table('print', new_name);
  -- Ordered by underlying, time and row: the first two as one number, which sorts a third faster.
  execute format('insert into spyhop.%I select * from spyhop.%I
    order by (underlying_id::bigint << 32) + at_ms, tape_row', new_name, open_name);
  get diagnostics prints = row_count;
  execute format('create unique index on spyhop.%I (underlying_id, at_ms, tape_row) with (fillfactor = 100)', new_name);
  execute format('create index on spyhop.%I (contract_id) with (fillfactor = 100)', new_name);
  -- Says what the partition will promise, so that nobody reads it again while readers wait.
  execute format('alter table spyhop.%I add constraint sealed_session check (session_date = %L)', new_name, day);
  execute format('analyze spyhop.%I', new_name);
  perform spyhop.replace_day_table('print', new_name, day);
  execute format('alter table spyhop.%I drop constraint sealed_session', open_name);
  update spyhop.journal_position set sealed = true where session_date = day;
  return prints;
end
$$;
comment on function spyhop.seal_day(date) is
  'Orders the prints of a session by underlying and time and indexes them; gives how many, null when done before.';
