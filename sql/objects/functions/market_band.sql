-- What five minutes of the whole market are like at each time of day: the deciles of its premium over the sessions
-- before a day.
create or replace function spyhop.market_band(day date, sessions int)
returns table (bucket smallint, low double precision, median double precision, high double precision)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with earlier as materialized (
    select distinct session_date from spyhop.market_flow
    where session_date < day order by session_date desc limit sessions
  )
  select
    b.bucket::smallint,
    percentile_cont(0.1) within group (order by coalesce(f.call_cents + f.put_cents, 0)) / 100,
    percentile_cont(0.5) within group (order by coalesce(f.call_cents + f.put_cents, 0)) / 100,
    percentile_cont(0.9) within group (order by coalesce(f.call_cents + f.put_cents, 0)) / 100
  from earlier e
  cross join generate_series(114, 194) b (bucket)
  left join spyhop.market_flow f on f.session_date = e.session_date and f.bucket = b.bucket
  group by b.bucket
$$;
comment on function spyhop.market_band(date, int) is
  'Lowest decile, median and highest decile of the premium of the market in dollars by five minutes.';
