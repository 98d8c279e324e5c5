-- The first schema: contracts, days of prints and their sums, alerts, baselines, and where the journal stands.
--
-- Prices are integers of 1/10,000 dollar, premiums integers of a cent; the views show dollars.
-- Dates are New York dates.
-- Tables of a day are partitioned by session, so that a day is replaced or forgotten by moving a table.

create table spyhop.contract (
  contract_id int generated always as identity primary key,
  osi text collate "C" not null unique,
  underlying text collate "C" not null,
  root text collate "C" not null,
  expiry_date date not null,
  option_right text not null check (option_right in ('call', 'put')),
  strike_mills int not null check (strike_mills > 0),
  multiplier int not null,
  adjusted boolean not null
);
create index contract_underlying on spyhop.contract (underlying, expiry_date);
comment on table spyhop.contract is 'Option contracts ever seen, numbered.';
comment on column spyhop.contract.osi is 'Ticker as the feed writes it, O:SPY251219C00650000.';
comment on column spyhop.contract.strike_mills is 'Exercise price in 1/1000 dollar.';
comment on column spyhop.contract.multiplier is 'Shares a contract; 100 until reference data says otherwise.';
comment on column spyhop.contract.adjusted is
  'True when a corporate action made the multiplier an assumption.';

-- No index but BRIN: a live btree costs the writer a factor of 6. No foreign key: it would look up each print.
create table spyhop.print (
  at timestamptz not null,
  sequence bigint not null,
  session_date date not null,
  tape_row int not null,
  contract_id int not null,
  price_e4 int not null,
  size int not null,
  condition smallint not null,
  exchange smallint not null
) partition by range (session_date);
create index print_at on spyhop.print using brin (at) with (pages_per_range = 32);
comment on table spyhop.print is 'Prints of the hot sessions, as received: cancels are rows of their own.';
comment on column spyhop.print.at is 'Time of the print at its venue, milliseconds.';
comment on column spyhop.print.sequence is
  'Sequence number of the feed; 0 for prints of files, which carry none.';
comment on column spyhop.print.tape_row is
  'Place on the tape of the session: with the date, the identity of the print.';
comment on column spyhop.print.price_e4 is 'Price of a share in 1/10,000 dollar.';
comment on column spyhop.print.size is 'Contracts.';
comment on column spyhop.print.condition is 'Condition id of the feed; 0: none.';
comment on column spyhop.print.exchange is 'Exchange id of the feed; 0: unknown.';

create table spyhop.bar (
  session_date date not null,
  contract_id int not null,
  bucket smallint not null,
  open_e4 int,
  high_e4 int,
  low_e4 int,
  close_e4 int,
  prints int not null,
  volume bigint not null,
  premium_cents bigint not null,
  primary key (session_date, contract_id, bucket)
) partition by range (session_date);
comment on table spyhop.bar is 'Five minutes of a contract; cancels are subtracted when they come.';
comment on column spyhop.bar.bucket is
  'Number of the five minutes after midnight in New York; negative the evening before.';
comment on column spyhop.bar.open_e4 is
  'Prices in 1/10,000 dollar; null when the bucket holds nothing but a cancel.';

create table spyhop.flow (
  session_date date not null,
  underlying text collate "C" not null,
  bucket smallint not null,
  prints int not null,
  volume bigint not null,
  call_cents bigint not null,
  put_cents bigint not null,
  primary key (session_date, underlying, bucket)
) partition by range (session_date);
comment on table spyhop.flow is 'Five minutes of an underlying, over all its contracts.';

create table spyhop.day_summary (
  session_date date not null,
  contract_id int not null,
  volume bigint not null,
  prints int not null,
  premium_cents bigint not null,
  last_price_e4 int,
  primary key (session_date, contract_id)
) partition by range (session_date);
comment on table spyhop.day_summary is 'A session of a contract: what baselines are made of.';
comment on column spyhop.day_summary.volume is
  'Contracts of the prints that may reach detectors, cancels subtracted.';

-- The alert is kept as json and not jsonb: its text must come back byte for byte.
create table spyhop.alert (
  insertion bigint generated always as identity primary key,
  alert_id text collate "C" not null unique,
  at timestamptz not null,
  session_date date not null,
  detector text not null,
  kind text not null,
  underlying text collate "C" not null,
  osi text collate "C" not null,
  severity text not null,
  side text not null,
  direction text not null,
  premium_cents bigint not null,
  body json not null
);
create index alert_at on spyhop.alert (at desc, alert_id desc);
create index alert_underlying on spyhop.alert (underlying, at desc, alert_id desc);
create index alert_osi on spyhop.alert (osi, at desc, alert_id desc);
comment on table spyhop.alert is 'Alerts, each once: its id follows from rule, contract and time.';
comment on column spyhop.alert.insertion is
  'Rises with every alert stored: where a follower of the stream resumes.';
comment on column spyhop.alert.body is 'The alert as it was sent.';

create table spyhop.baseline_run (
  run int generated always as identity primary key,
  as_of date not null,
  dates date[] not null,
  fingerprint text not null,
  contracts int not null,
  built_at timestamptz not null
);
create index baseline_run_as_of on spyhop.baseline_run (as_of, run);
comment on table spyhop.baseline_run is 'Runs of the baseline job: what was normal before a session.';
comment on column spyhop.baseline_run.as_of is 'Session the run was made for: only earlier ones are in it.';
comment on column spyhop.baseline_run.dates is 'Sessions it rests on, oldest first.';
comment on column spyhop.baseline_run.fingerprint is
  'Digest of what it was made of: the same again makes no new run.';

create table spyhop.baseline_value (
  run int not null references spyhop.baseline_run on delete cascade,
  contract_id int not null,
  volume_sum bigint not null,
  primary key (run, contract_id)
);
comment on table spyhop.baseline_value is
  'Contracts traded over the sessions of a run; a contract that is absent traded none.';

create table spyhop.baseline_current (
  only_row boolean primary key default true check (only_row),
  run int not null references spyhop.baseline_run
);
comment on table spyhop.baseline_current is 'The one run that holds now.';

create table spyhop.feed_gap (
  gap_id int generated always as identity primary key,
  feed text not null,
  session_date date not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  reason text not null,
  state text not null default 'open' check (state in ('open', 'ended', 'backfilled', 'settled'))
);
create index feed_gap_session on spyhop.feed_gap (session_date);
comment on table spyhop.feed_gap is 'Times in which the feed gave nothing though it should have.';
comment on column spyhop.feed_gap.state is
  'open, ended, backfilled from REST, or settled by the file of the day.';

create table spyhop.imported_file (
  file_id int generated always as identity primary key,
  checksum text not null,
  name text not null,
  kind text not null,
  session_date date not null,
  bytes bigint not null,
  row_count int not null,
  rejected_count int not null,
  prints_kept boolean not null,
  imported_at timestamptz not null,
  is_current boolean not null
);
create unique index imported_file_current on spyhop.imported_file (session_date) where is_current;
comment on table spyhop.imported_file is
  'Files that were taken in; the current one of a session is where its day comes from.';
comment on column spyhop.imported_file.checksum is 'SHA-256 of the bytes as they lie on disk, hex.';

create table spyhop.journal_position (
  session_date date primary key,
  tape_rows int not null default 0 check (tape_rows >= 0),
  settled_by int references spyhop.imported_file
);
comment on table spyhop.journal_position is
  'How far each tape is stored; it moves in the transaction that stores.';
comment on column spyhop.journal_position.tape_rows is
  'Rows of the tape that are stored: the next has this number.';
comment on column spyhop.journal_position.settled_by is
  'File that replaced the live day, after which live prints are no longer taken.';

create table spyhop.setting (
  name text primary key,
  value json not null
);
comment on table spyhop.setting is 'Settings that outlive a start.';
