-- The receipts of alerts: what each was made of, so that it can be made again, and how surprising it was.

alter table spyhop.alert
  add column receipt json,
  add column surprise numeric;
comment on column spyhop.alert.receipt is
  'Prints, quotes, baseline and numbers that the alert was made of; null of alerts stored before receipts were kept.';
comment on column spyhop.alert.surprise is
  '-log10 of the probability to see this by chance; null of detectors that give none.';
