-- Days in columns, where the server has TimescaleDB with its columnstore: found at run time, for an extension comes and
-- goes. Without it nothing here does anything.
create or replace function spyhop.columnstore_schema() returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- The Apache edition knows the names and refuses the work; before 2.18 they were others.
  select nspname::text
  from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
  where extname = 'timescaledb'
    and string_to_array(substring(extversion from '^\d+\.\d+'), '.')::int[] >= array[2, 18]
    and current_setting('timescaledb.license', true) = 'timescale'
$$;
comment on function spyhop.columnstore_schema() is
  'Schema of TimescaleDB''s functions where its columnstore can be used; null elsewhere.';

-- True when the table of columns is a hypertable. It stays one when the licence of the server changes.
create or replace function spyhop.is_hypertable() returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  found_it boolean := false;
begin
  if to_regclass('timescaledb_information.hypertables') is not null then
    execute 'select exists (select from timescaledb_information.hypertables
      where hypertable_schema = ''spyhop'' and hypertable_name = ''print_columnar'')' into found_it;
  end if;
  return found_it;
end
$$;
comment on function spyhop.is_hypertable() is 'True when print_columnar is a hypertable.';

-- Moves a sealed session into columns, all or nothing: it is written, read back and compared print by print before the
-- plain table goes, and whatever fails leaves that as it was. Gives the prints that were moved; null when there was
-- nothing to do: no columnstore, not sealed, moved before, or sums that do not follow yet.
create or replace function spyhop.columnar_day(day date) returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  tools text := spyhop.columnstore_schema();
  plain_name text := 'print_' || to_char(day, 'YYYYMMDD');
  is_due boolean;
  chunk regclass;
  prints bigint;
  digests text[];
begin
  if tools is null or to_regclass('spyhop.' || plain_name) is null then
    return null;
  end if;
  -- The writer of this session waits here, and then finds the day moved.
  select sealed and not columnar and (settled_by is not null or position.tape_rows <= coalesce(summed.tape_rows, 0))
  into is_due
  from spyhop.journal_position position
  left join spyhop.sum_position summed using (session_date)
  where session_date = day
  for update of position;
  if is_due is not true then
    return null;
  end if;
  if not spyhop.is_hypertable() then
    execute format('select %1$I.create_hypertable(''spyhop.print_columnar'',
      %1$I.by_range(''session_date'', interval ''1 day''),
      create_default_indexes => false, migrate_data => true)', tools);
    execute 'alter table spyhop.print_columnar set (timescaledb.enable_columnstore,
      timescaledb.segmentby = ''underlying_id'', timescaledb.orderby = ''at_ms, tape_row'')';
  end if;
  -- A sealed day lies in the order that columns want.
  execute format('insert into spyhop.print_columnar
    select sequence, session_date, tape_row, contract_id, underlying_id, at_ms, price_e4, size, condition, exchange
    from spyhop.%I', plain_name);
  get diagnostics prints = row_count;
  for chunk in execute format('select %I.show_chunks(''spyhop.print_columnar'',
      newer_than => $1, older_than => $1 + 1)', tools) using day
  loop
    execute format('call %I.convert_to_columnstore($1)', tools) using chunk;
  end loop;
  execute format('select array_agg(digest) from (
      select count(*) || '' '' || sum(hash_record_extended(p, 0)::numeric) as digest from (
        select sequence, session_date, tape_row, contract_id, underlying_id, at_ms, price_e4, size, condition, exchange
        from spyhop.%I) p
      union all
      select count(*) || '' '' || sum(hash_record_extended(p, 0)::numeric) from (
        select sequence, session_date, tape_row, contract_id, underlying_id, at_ms, price_e4, size, condition, exchange
        from spyhop.print_columnar where session_date = $1) p
    ) as digests', plain_name) into digests using day;
  if digests[1] is distinct from digests[2] then
    raise exception 'the columns of % do not hold what its table holds: % and %', day, digests[2], digests[1];
  end if;
  perform pg_advisory_xact_lock(hashtext('spyhop.partitions'));
  execute format('drop table spyhop.%I', plain_name);
  update spyhop.journal_position set columnar = true where session_date = day;
  return prints;
end
$$;
comment on function spyhop.columnar_day(date) is
  'Moves the prints of a sealed session into columns; gives how many, null when there is nothing to do.';

-- Works without the extension too: then the table is a plain one.
create or replace function spyhop.drop_columnar(since date, until date) returns int
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  dropped int;
begin
  update spyhop.journal_position set columnar = false
  where columnar and session_date < until and (since is null or session_date >= since);
  get diagnostics dropped = row_count;
  if not spyhop.is_hypertable() then
    delete from spyhop.print_columnar where session_date < until and (since is null or session_date >= since);
  else
    execute (select format('select %I.drop_chunks(''spyhop.print_columnar'',
        newer_than => $1, older_than => $2)', nspname)
      from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'timescaledb')
      using since, until;
  end if;
  return dropped;
end
$$;
comment on function spyhop.drop_columnar(date, date) is
  'Forgets the sessions in columns from a date (null: the first) up to another, and gives how many.';
