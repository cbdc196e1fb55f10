-- What operators changed over the configured catalog, one row for each version, never altered.
-- Content is JSON; it names variables where keys are needed, and holds none.
create table weir_catalog (
  version bigint primary key,
  created_at bigint not null,
  summary varchar(400) not null,
  note varchar(500) not null,
  content text not null
);
