-- Deep history: the files that hold a day's prints and summaries, and what the day's file said of the live feed.

create table spyhop.history_day (
  session_date date primary key,
  file_id int not null references spyhop.imported_file,
  prints_name text collate "C",
  prints_bytes bigint not null,
  print_count int not null,
  summaries_name text collate "C" not null,
  summaries_bytes bigint not null,
  contract_count int not null
);
comment on table spyhop.history_day is
  'The files of deep history that hold now, one row a session; they move with the summaries of the day.';
comment on column spyhop.history_day.prints_name is
  'Parquet file of the prints, under the folder history of the data directory; null for days made of aggregates.';
comment on column spyhop.history_day.print_count is 'Prints in it; 0 for days made of aggregates.';
comment on column spyhop.history_day.summaries_name is 'Parquet file of the days of contracts.';

create table spyhop.feed_coverage (
  session_date date primary key,
  file_id int not null references spyhop.imported_file,
  file_prints int not null,
  live_prints int not null,
  had int not null,
  missed int not null,
  twice int not null,
  foreign_prints int not null,
  alerts_confirmed int not null,
  alerts_contradicted int not null,
  alerts_unchecked int not null
);
comment on table spyhop.feed_coverage is
  'How much of a session the live feed had, by the file of the day: prints compared as a multiset over contract, '
  'millisecond, price, size, exchange and condition.';
comment on column spyhop.feed_coverage.had is 'Prints of the file that live had too: file_prints = had + missed.';
comment on column spyhop.feed_coverage.missed is 'Prints of the file that live had not.';
comment on column spyhop.feed_coverage.twice is
  'Prints that live had more often than the file: live_prints = had + twice + foreign_prints.';
comment on column spyhop.feed_coverage.foreign_prints is 'Prints of live that the file does not know at all.';
comment on column spyhop.feed_coverage.alerts_confirmed is
  'Live alerts that the engine raises over the file too: same rule, same contract, within five minutes.';
comment on column spyhop.feed_coverage.alerts_unchecked is
  'Live alerts of rules or baselines that could not be run again.';

create table spyhop.alert_verdict (
  alert_id text collate "C" primary key references spyhop.alert (alert_id),
  file_id int not null references spyhop.imported_file,
  verdict text not null check (verdict in ('confirmed', 'contradicted'))
);
comment on table spyhop.alert_verdict is 'What the file of the day said of an alert that was raised live.';
