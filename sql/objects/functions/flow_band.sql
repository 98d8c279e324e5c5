-- What five minutes of an underlying are like at each time of day: the deciles of its volume over the sessions before
-- a day. A session in which it did not trade in a bucket counts as 0 there, as in baselines.
create or replace function spyhop.flow_band(symbol text, day date, sessions int)
returns table (bucket smallint, low double precision, median double precision, high double precision)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with earlier as materialized (
    select distinct session_date from spyhop.market_flow
    where session_date < day order by session_date desc limit sessions
  ),
  -- One partition a session: the bound comes from outside, so all others are passed over.
  traded as materialized (
    select f.bucket, f.session_date, f.volume
    from earlier
    cross join lateral (
      select * from spyhop.flow of_day
      where of_day.session_date = earlier.session_date and of_day.underlying = symbol
      offset 0
    ) f
  )
  select
    b.bucket::smallint,
    percentile_cont(0.1) within group (order by coalesce(t.volume, 0)),
    percentile_cont(0.5) within group (order by coalesce(t.volume, 0)),
    percentile_cont(0.9) within group (order by coalesce(t.volume, 0))
  from earlier e
  cross join generate_series(114, 194) b (bucket)
  left join traded t on t.session_date = e.session_date and t.bucket = b.bucket
  group by b.bucket
$$;
comment on function spyhop.flow_band(text, date, int) is
  'Lowest decile, median and highest decile of the volume of an underlying by five minutes over earlier sessions.';
