-- What dashboards read: the market and its underlyings by session, money in dollars.
create or replace view spyhop.market_flows as
select
  session_date, spyhop.session_midnight(session_date) + bucket * interval '5 minutes' as start_at, bucket,
  prints, volume, call_cents * 0.01 as call_premium, put_cents * 0.01 as put_premium
from spyhop.market_flow;
comment on view spyhop.market_flows is 'Five minutes of the whole market, money in dollars.';

create or replace view spyhop.underlying_days as
select
  session_date, underlying, prints, volume,
  (call_cents + put_cents) * 0.01 as premium, call_cents * 0.01 as call_premium, put_cents * 0.01 as put_premium
from spyhop.underlying_day;
comment on view spyhop.underlying_days is 'Sessions of underlyings, money in dollars.';

create or replace view spyhop.alert_numbers as
select
  insertion, alert_id, at, session_date, detector, kind, underlying, osi, severity, side, direction,
  premium_cents * 0.01 as premium,
  case direction when 'bullish' then premium_cents when 'bearish' then -premium_cents else 0 end * 0.01 as net_premium,
  body ->> 'contractName' as contract_name,
  (body ->> 'observed')::double precision as observed,
  (body ->> 'expected')::double precision as expected,
  body ->> 'unit' as unit,
  (body ->> 'surprise')::double precision as surprise
from spyhop.alert;
comment on view spyhop.alert_numbers is
  'Alerts with what their text says in numbers; the premium of a bearish alert is below 0 in net_premium.';
