-- Who may go on when the cluster splits, by this database's clock.
create table weir_lease (
  name varchar(255) primary key,
  owner varchar(255) not null,
  expires_at timestamptz not null
);
