-- The rule `threshold` in SQL, over two csv.gz. Names in braces are filled in by duckdb.ts.
-- A window's volume is the running sum of a contract's rows less the running sum up to five minutes before. A cancel is
-- a row of its own, which takes a size away at the time of the print it takes back.

create temp table late(root varchar, underlying varchar, close_ms integer, last_day_close_ms integer);

insert into late select * from read_json('{lateRoots}',
  columns = {'root': 'varchar', 'underlying': 'varchar', 'closeMs': 'integer', 'lastDayCloseMs': 'integer'});

create temp table history as
  select ticker, sum(case when conditions in {cancels} then -size else size end) as volume
  from {historyRows}
  where conditions is null or conditions not in {apart}
  group by ticker;

-- `key` is the order of the tape within a contract: time, then row of the file.
create temp table tape as
  select ticker, price, size, exchange, coalesce(conditions in {cancels}, false) as cancel,
    (sip_timestamp // 1000000 - {midnightMs})::integer as ms,
    (sip_timestamp // 1000000 - {midnightMs}) * 4294967296 + row_number() over () as key
  from {rows}
  where conditions is null or conditions not in {apart};

create temp table contract as
  with known as (select distinct ticker, ticker[3:-16] as root from tape),
  closing as (
    select ticker, coalesce(underlying, root) as underlying,
      coalesce(case when ticker[-15:-10] = '{lastDay}' then last_day_close_ms else close_ms end, {closeMs}) as close_ms
    from known left join late using (root))
  select ticker, underlying, close_ms,
    greatest({floor}, 1, 1 + {factor} * greatest(coalesce(volume, 0), 0)::bigint
      // ((close_ms - {openMs}) // {bucketMs})) as threshold
  from closing left join history using (ticker);

-- Prints that equal a cancelled one and the cancels, each with the number of prints still open after it: a cancel takes
-- the last open print, so that they are matched as brackets are.
create temp table same as
  with wanted as (select distinct ticker, price, size, exchange from tape where cancel),
  depth as (
    select tape.*, sum(case when cancel then -1 else 1 end)
      over (partition by ticker, price, size, exchange order by key) as depth
    from tape join wanted using (ticker, price, size, exchange))
  select *, depth - least(0, min(depth) over (partition by ticker, price, size, exchange order by key)) as open
  from depth;

create temp table taken as
  select one.ticker, one.size, one.ms as cancel_ms, one.key, max_by(other.ms, other.key) as ms
  from same one join same other using (ticker, price, size, exchange)
  where one.cancel and not other.cancel and other.open = one.open + 1 and other.key < one.key
  group by one.ticker, one.size, one.ms, one.key;

create temp table inside as
  select tape.ticker, underlying, ms, key, size
  from tape join contract using (ticker)
  where not cancel and ms >= {openMs} and ms < close_ms;

-- The clock of a cancel is that of the last print of its underlying.
create temp table event as
  select ticker, ms, ms as clock_ms, key, size, true as print from inside
  union all
  select taken.ticker, taken.ms, inside.ms, taken.key, -taken.size, false
  from (
    select taken.*, underlying from taken join contract using (ticker)
    where taken.ms >= {openMs} and taken.ms < close_ms) taken
  asof join (
    select underlying, ms from inside
    where underlying in (select underlying from taken join contract using (ticker))) inside
  on taken.underlying = inside.underlying and taken.cancel_ms >= inside.ms;

create temp table rolled as
  select ticker, clock_ms, key, size, print, threshold,
    sum(size) over (partition by ticker order by key) - coalesce(sum(size) over (
      partition by ticker order by ms range between unbounded preceding and {windowMs} preceding), 0) as volume
  from event join contract using (ticker);

-- Rows after which a contract is at or over its threshold; of a cancel, at its clock and not at its print's time.
create temp table above as
  select * from rolled where print and volume >= threshold
  union all
  select rolled.* replace (rolled.volume - coalesce(expired.size, 0) as volume)
  from rolled left join (
    select one.ticker, one.key, sum(other.size) as size
    from event one join event other using (ticker)
    where not one.print and other.key <= one.key and other.ms > one.ms - {windowMs}
      and other.ms <= one.clock_ms - {windowMs}
    group by one.ticker, one.key) expired using (ticker, key)
  where not rolled.print and rolled.volume - coalesce(expired.size, 0) >= threshold;

create temp table risen as
  select * from rolled where print and volume >= threshold and volume - size < threshold;

create temp table pair as
  select risen.ticker, risen.key, risen.threshold, above.key as last_key, above.clock_ms as last_ms,
    above.volume as last_volume
  from risen asof join above on risen.ticker = above.ticker and risen.key > above.key;

-- When a contract that rises again had fallen: by expiry, or by a cancel before that.
create temp table fallen as
  select ticker, key, min(ms) + {windowMs} as below_ms from (
    select pair.ticker, pair.key, pair.threshold, event.ms,
      last_volume - sum(event.size) over (partition by pair.ticker, pair.key order by event.ms) as remaining
    from pair join event
      on pair.ticker = event.ticker and event.key <= last_key and event.ms > last_ms - {windowMs})
  where remaining < threshold
  group by ticker, key
  union all
  select pair.ticker, pair.key, min(event.clock_ms)
  from pair join event
    on pair.ticker = event.ticker and not print and event.key > last_key and event.key < pair.key
  group by pair.ticker, pair.key;

select ticker, clock_ms, volume
from risen left join (
  select ticker, key, min(below_ms) as below_ms from fallen group by ticker, key) using (ticker, key)
where below_ms is null or clock_ms - below_ms >= {rearmMs}
order by clock_ms, ticker;
