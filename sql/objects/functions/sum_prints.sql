-- Brings bars, flow and days of a session, and its sums of the market, up to its prints, at most rows_max rows of the
-- tape a call.
--
-- Sums follow the prints in transactions of their own: a bar is then written every few seconds instead of with every
-- batch, and the writer's process spends nothing on it. All values follow from the tape's order alone, however it is
-- cut: the first and last price are those of the lowest and highest row, kept in one number with the row above the
-- price (a price takes 30 bits).
create or replace function spyhop.sum_prints(day date, rows_max int, cancels int[], apart int[]) returns int
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set work_mem = '64MB'
as $$
declare
  stored int;
  settled boolean;
  from_row int;
  until_row int;
  brin regclass;
begin
  perform spyhop.lock_sums(day);
  select tape_rows, settled_by is not null into stored, settled
  from spyhop.journal_position where session_date = day;
  if stored is null or settled then
    return 0;
  end if;
  insert into spyhop.sum_position (session_date) values (day) on conflict do nothing;
  select tape_rows into from_row from spyhop.sum_position where session_date = day;
  if from_row >= stored then
    return 0;
  end if;
  until_row := least(stored, from_row + rows_max);
  -- Pages that are not summarised would all be read, every time.
  for brin in
    select indexrelid
    from pg_index
    join pg_class on pg_class.oid = indexrelid
    join pg_am on pg_am.oid = relam
    where indrelid = to_regclass('spyhop.print_' || to_char(day, 'YYYYMMDD')) and amname = 'brin'
  loop
    perform brin_summarize_new_values(brin);
  end loop;
  with counted as (
    select *, case when condition = any (cancels) then -1 when condition = any (apart) then 0 else 1 end as sign
    from spyhop.print
    where session_date = day and tape_row >= from_row and tape_row < until_row
  ),
  sums as materialized (
    select
      contract_id, underlying_id, ((at_ms + 38400000) / 300000 - 128)::smallint as bucket,
      min((tape_row::bigint << 31) | price_e4) filter (where sign > 0) as first_price,
      max((tape_row::bigint << 31) | price_e4) filter (where sign > 0) as last_price,
      max(price_e4) filter (where sign > 0) as high,
      min(price_e4) filter (where sign > 0) as low,
      sum(sign)::int as prints,
      sum(sign * size)::bigint as volume,
      sum(sign * size * price_e4::bigint)::bigint as premium
    from counted
    where sign <> 0
    group by contract_id, underlying_id, 3
  ),
  bars as (
    insert into spyhop.bar as bar
      (session_date, contract_id, bucket, open_e4, high_e4, low_e4, close_e4, prints, volume, premium_cents)
    select day, contract_id, bucket, first_price & 2147483647, high, low, last_price & 2147483647,
      prints, volume, premium
    from sums
    on conflict (session_date, contract_id, bucket) do update set
      open_e4 = coalesce(bar.open_e4, excluded.open_e4),
      high_e4 = greatest(bar.high_e4, excluded.high_e4),
      low_e4 = least(bar.low_e4, excluded.low_e4),
      close_e4 = coalesce(excluded.close_e4, bar.close_e4),
      prints = bar.prints + excluded.prints,
      volume = bar.volume + excluded.volume,
      premium_cents = bar.premium_cents + excluded.premium_cents
  ),
  days as (
    insert into spyhop.day_summary as summary
      (session_date, contract_id, volume, prints, premium_cents, last_price_e4)
    select day, contract_id, sum(volume), sum(prints), sum(premium), max(last_price) & 2147483647
    from sums
    group by contract_id
    on conflict (session_date, contract_id) do update set
      volume = summary.volume + excluded.volume,
      prints = summary.prints + excluded.prints,
      premium_cents = summary.premium_cents + excluded.premium_cents,
      last_price_e4 = coalesce(excluded.last_price_e4, summary.last_price_e4)
  ),
  flow_sums as materialized (
    select underlying, bucket, sum(prints) as prints, sum(volume) as volume,
      coalesce(sum(premium) filter (where option_right = 'call'), 0) as call_cents,
      coalesce(sum(premium) filter (where option_right = 'put'), 0) as put_cents
    from sums join spyhop.contract using (contract_id)
    group by underlying, bucket
  ),
  flows as (
    insert into spyhop.flow as flow
      (session_date, underlying, bucket, prints, volume, call_cents, put_cents)
    select day, underlying, bucket, prints, volume, call_cents, put_cents
    from flow_sums
    on conflict (session_date, underlying, bucket) do update set
      prints = flow.prints + excluded.prints,
      volume = flow.volume + excluded.volume,
      call_cents = flow.call_cents + excluded.call_cents,
      put_cents = flow.put_cents + excluded.put_cents
  ),
  underlying_days as (
    insert into spyhop.underlying_day as total
      (underlying, session_date, prints, volume, call_cents, put_cents)
    select underlying, day, sum(prints), sum(volume), sum(call_cents), sum(put_cents)
    from flow_sums
    group by underlying
    on conflict (underlying, session_date) do update set
      prints = total.prints + excluded.prints,
      volume = total.volume + excluded.volume,
      call_cents = total.call_cents + excluded.call_cents,
      put_cents = total.put_cents + excluded.put_cents
  )
  insert into spyhop.market_flow as market
    (session_date, bucket, prints, volume, call_cents, put_cents)
  select day, bucket, sum(prints), sum(volume), sum(call_cents), sum(put_cents)
  from flow_sums
  group by bucket
  on conflict (session_date, bucket) do update set
    prints = market.prints + excluded.prints,
    volume = market.volume + excluded.volume,
    call_cents = market.call_cents + excluded.call_cents,
    put_cents = market.put_cents + excluded.put_cents;
  update spyhop.sum_position set tape_rows = until_row where session_date = day;
  return stored - until_row;
end
$$;
comment on function spyhop.sum_prints(date, int, int[], int[]) is
  'Adds prints that are stored to bars, flow and days; gives the rows that are still left.';
