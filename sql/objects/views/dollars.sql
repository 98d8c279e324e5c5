-- The tables as people read them: names of contracts, times, and money as numeric dollars.
create or replace view spyhop.prints as
select
  p.session_date, spyhop.session_midnight(p.session_date) + p.at_ms * interval '1 millisecond' as at,
  c.underlying, c.osi, c.option_right, c.expiry_date,
  c.strike_mills * 0.001 as strike,
  p.price_e4 * 0.0001 as price,
  p.size,
  round(p.price_e4 * 0.0001 * p.size * c.multiplier, 2) as premium,
  p.condition, p.exchange, p.sequence, p.tape_row
from spyhop.all_prints p
join spyhop.contract c using (contract_id);
comment on view spyhop.prints is 'Prints with their contracts, money in dollars.';

create or replace view spyhop.bars as
select
  b.session_date, spyhop.session_midnight(b.session_date) + b.bucket * interval '5 minutes' as start_at,
  c.underlying, c.osi,
  b.open_e4 * 0.0001 as open, b.high_e4 * 0.0001 as high,
  b.low_e4 * 0.0001 as low, b.close_e4 * 0.0001 as close,
  b.volume, b.prints, b.premium_cents * 0.01 as premium
from spyhop.bar b
join spyhop.contract c using (contract_id);
comment on view spyhop.bars is 'Five minutes of contracts, money in dollars.';

create or replace view spyhop.flows as
select
  session_date, spyhop.session_midnight(session_date) + bucket * interval '5 minutes' as start_at,
  underlying, prints, volume,
  call_cents * 0.01 as call_premium, put_cents * 0.01 as put_premium
from spyhop.flow;
comment on view spyhop.flows is 'Five minutes of underlyings, money in dollars.';

create or replace view spyhop.days as
select
  d.session_date, c.underlying, c.osi, d.volume, d.prints,
  d.premium_cents * 0.01 as premium, d.last_price_e4 * 0.0001 as last_price
from spyhop.day_summary d
join spyhop.contract c using (contract_id);
comment on view spyhop.days is 'Sessions of contracts, money in dollars.';

create or replace view spyhop.alerts as
select
  insertion, alert_id, at, session_date, detector, kind, underlying, osi, severity, side, direction,
  premium_cents * 0.01 as premium, body
from spyhop.alert;
comment on view spyhop.alerts is 'Alerts, money in dollars.';

create or replace view spyhop.normals as
select
  c.underlying, c.osi, r.run, r.as_of, cardinality(r.dates) as sessions,
  v.volume_sum::numeric / cardinality(r.dates) as mean_day_volume
from spyhop.baseline_current
join spyhop.baseline_run r using (run)
join spyhop.baseline_value v using (run)
join spyhop.contract c using (contract_id);
comment on view spyhop.normals is 'What is normal for contracts by the run that holds now.';
