-- What a client's key stands for. Both the key and the body are hashed.
create table weir_idempotency_key (
  id varchar(64) primary key,
  body varchar(64) not null,
  response varchar(200) not null,
  created_at bigint not null
);

create index weir_idempotency_key_by_age on weir_idempotency_key (created_at);
