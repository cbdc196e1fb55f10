-- One row per stored response. The epoch is the fence: whoever raised it last may write.
create table weir_run (
  id varchar(200) primary key,
  tenant varchar(200) not null,
  user_id varchar(200) not null,
  conversation varchar(200) not null,
  parent varchar(200),
  model varchar(200) not null,
  background boolean not null,
  status varchar(20) not null,
  host bigint not null,
  epoch integer not null,
  claim varchar(40),
  created_at bigint not null,
  updated_at bigint not null,
  request ${blob} not null,
  progress ${blob},
  result ${blob},
  input_tokens bigint default 0 not null,
  cached_input_tokens bigint default 0 not null,
  output_tokens bigint default 0 not null,
  reasoning_tokens bigint default 0 not null,
  error_code varchar(200),
  error_message varchar(4000)
);

create index weir_run_by_status on weir_run (status, host);
create index weir_run_by_age on weir_run (updated_at);
