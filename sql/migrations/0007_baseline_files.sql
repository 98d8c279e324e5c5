-- The orders that a run of the baseline rests on: a file of its own, so that a run never changes.

alter table spyhop.baseline_run
  add column orders_name text,
  add column orders_days text[] not null default '{}';
comment on column spyhop.baseline_run.orders_name is
  'File of what was learned of orders, under baselines in the data directory; null when no day had any.';
comment on column spyhop.baseline_run.orders_days is 'Files of the days it was learned from, oldest first.';
