-- Held until the end of a transaction by whoever changes the sums of a session: the sums that follow the prints, minute
-- aggregates, and a file that takes the day's place.
create or replace function spyhop.lock_sums(day date) returns void
language sql
return pg_advisory_xact_lock(hashtext('spyhop.sums'), day - date '2000-01-01');
comment on function spyhop.lock_sums(date) is 'Waits until nobody else changes the sums of a session.';
