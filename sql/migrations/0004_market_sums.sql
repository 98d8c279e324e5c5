-- Sums of the whole market and of underlyings a session: what dashboards ask for without reading every underlying.

create table spyhop.market_flow (
  session_date date not null,
  bucket smallint not null,
  prints int not null,
  volume bigint not null,
  call_cents bigint not null,
  put_cents bigint not null,
  primary key (session_date, bucket)
) with (fillfactor = 80);
comment on table spyhop.market_flow is 'Five minutes of the whole market: flow over all underlyings. Kept.';
comment on column spyhop.market_flow.bucket is
  'Number of the five minutes after midnight in New York; negative the evening before.';

create table spyhop.underlying_day (
  underlying text collate "C" not null,
  session_date date not null,
  prints int not null,
  volume bigint not null,
  call_cents bigint not null,
  put_cents bigint not null,
  primary key (underlying, session_date)
) with (fillfactor = 80);
create index underlying_day_session on spyhop.underlying_day (session_date);
comment on table spyhop.underlying_day is 'A session of an underlying, over all its contracts. Kept.';

insert into spyhop.market_flow (session_date, bucket, prints, volume, call_cents, put_cents)
select session_date, bucket, sum(prints), sum(volume), sum(call_cents), sum(put_cents)
from spyhop.flow group by session_date, bucket;

insert into spyhop.underlying_day (underlying, session_date, prints, volume, call_cents, put_cents)
select underlying, session_date, sum(prints), sum(volume),
  coalesce(sum(premium_cents) filter (where option_right = 'call'), 0),
  coalesce(sum(premium_cents) filter (where option_right = 'put'), 0)
from spyhop.day_summary join spyhop.contract using (contract_id) group by underlying, session_date;
